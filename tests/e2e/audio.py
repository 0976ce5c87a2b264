"""What a telephone sends and what it heard, judged by the Fourier transform."""
import array
import cmath
import math
import pathlib
import struct
import wave

RATE = 8000
WINDOW = 4096  # about half a second: bins of 2 Hz
AUDIBLE = 300  # root mean square of 16-bit samples; a tone of half scale has 11,600


def write_tone(file, hertz, seconds=60.0, level=0.5):
    """A wav file of one tone (several: a sequence of frequencies), 16 bits, 8000 a second."""
    frequencies = hertz if isinstance(hertz, (list, tuple)) else [hertz]
    one_second = array.array("h", (
        int(32767 * level / len(frequencies) * sum(math.sin(2 * math.pi * f * n / RATE) for f in frequencies))
        for n in range(RATE)))
    count = int(seconds * RATE)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((one_second.tobytes() * (count // RATE + 1))[: 2 * count])
    return file


def read_samples(file):
    """The samples of a 16-bit wav file, also of one whose writer has not come to write the length."""
    content = pathlib.Path(file).read_bytes() if pathlib.Path(file).exists() else b""
    at = content.find(b"data", 12)
    if at < 0:
        return array.array("h")
    channels, rate = struct.unpack_from("<HI", content, 22)
    if channels != 1 or rate != RATE:
        raise AssertionError(f"{file}: {channels} channels at {rate} instead of one at {RATE}")
    body = content[at + 8:]
    return array.array("h", body[: len(body) // 2 * 2])


def _transform(values):
    """The discrete Fourier transform of 2^n values."""
    count = len(values)
    if count == 1:
        return values
    even, odd = _transform(values[::2]), _transform(values[1::2])
    turned = [cmath.exp(-2j * cmath.pi * k / count) * odd[k] for k in range(count // 2)]
    return [even[k] + turned[k] for k in range(count // 2)] + [even[k] - turned[k] for k in range(count // 2)]


def loudness(samples):
    """Root mean square."""
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


class Sound:
    """The power spectrum of a recording; `share(440)` is how much of its power lies within 12 Hz of 440."""

    def __init__(self, samples, windows=8):
        self.seconds = len(samples) / RATE
        self.loudness = loudness(samples)
        self.power = [0.0] * (WINDOW // 2)
        starts = range(0, len(samples) - WINDOW + 1, WINDOW)
        for start in starts[:: max(1, len(starts) // windows)]:
            shaped = [samples[start + n] * (0.5 - 0.5 * math.cos(2 * math.pi * n / WINDOW)) for n in range(WINDOW)]
            for k, value in enumerate(_transform(shaped)[: WINDOW // 2]):
                self.power[k] += abs(value) ** 2
        self.total = sum(self.power[10:])  # without what is below 20 Hz

    def share(self, hertz):
        first, last = int((hertz - 12) * WINDOW / RATE), int((hertz + 12) * WINDOW / RATE) + 1
        return sum(self.power[first: last + 1]) / self.total if self.total else 0.0

    def __str__(self):
        strongest = max(range(10, len(self.power)), key=lambda k: self.power[k]) * RATE / WINDOW
        return f"{self.seconds:.1f} s, loudness {self.loudness:.0f}, strongest at {strongest:.0f} Hz"


def expect_tone(samples, hertz, own=None, least_seconds=1.0, share=0.8):
    """Fails unless this is audibly that tone, for so long, and not the listener's own."""
    sound = Sound(samples)
    heard = f"heard {sound}; {hertz} Hz has {sound.share(hertz):.3f} of its power"
    if sound.seconds < least_seconds or sound.loudness < AUDIBLE or sound.share(hertz) < share:
        raise AssertionError(f"expected {hertz} Hz for {least_seconds} s: {heard}")
    if own and sound.share(own) > 0.01:
        raise AssertionError(f"hears itself at {own} Hz with {sound.share(own):.3f}: {heard}")
