"""Makes one animated GIF of the PNG files of a folder, in the order of their names.

Run as `python animation.py FOLDER GIF MILLISECONDS`. Equal frames in a row become one that is shown longer.
All frames share the colours of the last one, so that nothing flickers. Needs Pillow
(python/requirements/pictures.txt).
"""

import sys
from pathlib import Path

from PIL import Image, ImageChops

#: How long the last frame stays, in milliseconds, before the animation begins again.
LAST_MS = 2500


def main(folder: Path, target: Path, frame_ms: int) -> None:
    """Writes the animation and prints its size; raises SystemExit where there is no frame."""
    images = [Image.open(file).convert("RGB") for file in sorted(folder.glob("*.png"))]
    if not images:
        raise SystemExit(f"{folder} holds no PNG file")
    frames: list[Image.Image] = []
    times: list[int] = []
    for image in images:
        if frames and ImageChops.difference(frames[-1], image).getbbox() is None:
            times[-1] += frame_ms
        else:
            frames.append(image)
            times.append(frame_ms)
    times[-1] += LAST_MS
    palette = frames[-1].quantize(colors=128, dither=Image.Dither.NONE)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    drawn[0].save(
        target, save_all=True, append_images=drawn[1:], duration=times, loop=0, optimize=True, disposal=1
    )
    megabytes = target.stat().st_size / 1e6
    print(f"{target.name}: {len(frames)} frames, {sum(times) / 1000:.1f} s, {megabytes:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
