"""Fine-tunes a model on weighted texts. Knows tokens and losses, not tasks or verdicts."""
