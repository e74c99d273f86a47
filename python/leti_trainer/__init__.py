"""The trainer process: tokens, masks, losses, training, sampling and export. Knows segments, never tasks."""
