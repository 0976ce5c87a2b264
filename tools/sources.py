"""What the checks share: the source files, what they include, hashes to skip what has not changed, and a small pool."""
import concurrent.futures
import hashlib
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def files(*folders, suffixes=(".h", ".cpp"), root=ROOT):
    """Source files below the folders, sorted; paths are absolute."""
    found = []
    for folder in folders:
        for directory, _, names in os.walk(root / folder):
            found += [pathlib.Path(directory) / name for name in names if name.endswith(suffixes)]
    return sorted(found)


def relative(path, root=ROOT):
    return str(pathlib.Path(path).relative_to(root))


def includes(path):
    """(line, "<" or '"', name) of every include of a file."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in INCLUDE.finditer(text)]


class Closure:
    """Hashes of files together with every project file they include, directly or not."""

    def __init__(self, root=ROOT):
        self.search = [root / "src", root / "tests"]
        self.direct = {}

    def _direct(self, path):
        if path not in self.direct:
            data = path.read_bytes()
            found = []
            for _, quote, name in includes(path):
                if quote == '"':
                    candidates = [path.parent / name] + [folder / name for folder in self.search]
                    found += [c.resolve() for c in candidates if c.is_file()][:1]
            self.direct[path] = (hashlib.sha256(data).digest(), found)
        return self.direct[path]

    def hash(self, path, salt=""):
        seen, todo = set(), [pathlib.Path(path).resolve()]
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo += self._direct(current)[1]
        digest = hashlib.sha256(salt.encode())
        for current in sorted(seen):
            digest.update(str(current).encode() + b"\0" + self._direct(current)[0])
        return digest.hexdigest()


class Passed:
    """Remembers by hash what a check has found good; what it found bad is looked at again each time."""

    def __init__(self, check):
        self.folder = ROOT / "build" / "check-cache" / check
        self.folder.mkdir(parents=True, exist_ok=True)

    def has(self, key):
        path = self.folder / key
        if not path.exists():
            return False
        os.utime(path)
        return True

    def add(self, key):
        (self.folder / key).touch()

    def forget_older_than(self, days):
        import time
        limit = time.time() - days * 86400
        for path in self.folder.iterdir():
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)


def in_parallel(function, items, workers=None):
    """Results of function over items, in their order; the work itself is done by processes it starts."""
    with concurrent.futures.ThreadPoolExecutor(workers or os.cpu_count() or 2) as pool:
        return list(pool.map(function, items))
