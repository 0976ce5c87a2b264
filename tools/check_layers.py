#!/usr/bin/env python3
"""Checks that includes only point down the layers of docs/architecture.md.

  tools/check_layers.py [ROOT]

A folder of src includes only itself and what ALLOWED names for it. src/CMakeLists.txt must link the same. Some libraries
are seen by one folder only. Prints FILE:LINE: what is wrong; ends with 1 if anything is.
"""
import pathlib
import re
import sys

import sources

# The table of docs/architecture.md, "Layers": folder -> the folders it may use. A name that ends in /* is every folder
# below it. Everything a row names stands above that row.
ALLOWED = {
    "base": [],
    "net": ["base"],
    "sdp": ["base"],
    "sip/message": ["base"],
    "sip/auth": ["base", "sip/message"],
    "sip/transaction": ["base", "sip/message"],
    "sip/transport": ["base", "net", "sip/message", "sip/transaction"],
    "sip/dialog": ["base", "sip/message", "sip/auth", "sip/transaction"],
    "media/rtp": ["base"],
    "media/codec": ["base"],
    "media/dsp": ["base"],
    "media/file": ["base", "media/codec", "media/dsp"],
    "media/engine": ["base", "net", "media/rtp", "media/codec", "media/dsp", "media/file"],
    "config": ["base"],
    "store": ["base"],
    "http": ["base", "net"],
    "call": ["base", "sip/message", "sip/auth", "sip/transaction", "sip/dialog", "sdp", "media/*", "config"],
    "service/*": ["base", "call", "sip/message", "sip/auth", "sip/transaction", "sip/dialog", "sdp", "media/*", "store",
                  "config"],
    "dialplan": ["base", "config", "call"],
    "app": ["dialplan", "service/*", "call", "config", "base"],
    "func": ["dialplan", "service/*", "call", "config", "base"],
    "console": ["http", "service/*", "call", "dialplan", "store", "config", "base", "net"],
    "api/*": ["http", "service/*", "call", "dialplan", "store", "config", "base", "net"],
    "main": ["*"],
}

# Prefix of an include -> (the folders that may have it, whether only their .cpp files may).
LIBRARIES = {
    "boost/": (["net", "http"], True),   # one file with Asio, Beast and TLS takes over 20 s to compile
    "ares": (["net"], True),
    "soci/": (["store", "service/*"], True),
    "sqlite3.h": (["store"], True),
    "sndfile": (["media/file"], True),
    "histedit.h": (["console"], True),
}


def covers(pattern, folder):
    return pattern == "*" or pattern == folder or (pattern.endswith("/*") and folder.startswith(pattern[:-1]))


def row_of(folder):
    """The row of ALLOWED that a folder is of: service/cdr is of service/*."""
    return next((row for row in ALLOWED if covers(row, folder)), None)


def may_include(folder, other):
    return folder == other or any(covers(pattern, other) for pattern in ALLOWED[row_of(folder)])


def folder_of(path):
    """The module of a path below src: sip/message of sip/message/uri.h. The longest known folder counts."""
    parts = pathlib.PurePosixPath(path).parts[:-1]
    for length in (2, 1):
        folder = "/".join(parts[:length])
        if len(parts) >= length and row_of(folder):
            return folder
    return "/".join(parts)


def check_table():
    """A row may only name rows above it: so there are no circles."""
    problems, above = [], []
    for row, uses in ALLOWED.items():
        for use in uses:
            if use != "*" and not any(covers(use, one) for one in above):
                problems.append(f"tools/check_layers.py: {row} names {use}, which does not stand above it in ALLOWED")
        above.append(row)
    return problems


def check_include(where, path, name, quote):
    folder = folder_of(path)
    if quote == "<":
        for prefix, (folders, only_cpp) in LIBRARIES.items():
            if name.startswith(prefix) and (not any(covers(one, folder) for one in folders) or (only_cpp and not path.endswith(".cpp"))):
                kind = ".cpp files" if only_cpp else "files"
                return f"{where}: <{name}>: only {kind} of src/{' and src/'.join(folders)} may include it"
        return None
    if "/" not in name or name.startswith("."):
        return f'{where}: "{name}": includes are written from src/: "{folder}/{name.split("/")[-1]}"'
    other = folder_of(name)
    if not row_of(other):
        return f'{where}: "{name}": no folder of that name in ALLOWED of tools/check_layers.py'
    if not may_include(folder, other):
        uses = ", ".join(ALLOWED[row_of(folder)]) or "nothing"
        return f'{where}: "{name}": src/{folder} must not know src/{other}; it may use: {uses}'
    return None


def check_includes(root):
    problems = []
    for file in sources.files("src", root=root):
        path = sources.relative(file, root / "src")
        if not row_of(folder_of(path)):
            problems.append(f"src/{path}:1: a folder that ALLOWED of tools/check_layers.py does not name")
            continue
        for line, quote, name in sources.includes(file):
            problem = check_include(f"src/{path}:{line}", path, name, quote)
            if problem:
                problems.append(problem)
    return problems


def modules(cmake):
    """folder -> (line, folders it links) of the polyfon_module() lines."""
    text = cmake.read_text()
    found, folders = {}, {}
    for match in re.finditer(r"^polyfon_module\((\w+)\s+(\S+)(.*?)\)", text, re.MULTILINE | re.DOTALL):
        name, folder, rest = match.groups()
        folders["polyfon_" + name] = folder
        line = text.count("\n", 0, match.start()) + 1
        found[folder] = (line, [word for word in rest.split() if word.startswith("polyfon_")])
    return {folder: (line, [folders.get(link, link) for link in links]) for folder, (line, links) in found.items()}


def reached(found, folder):
    seen, todo = set(), [folder]
    while todo:
        for link in found.get(todo.pop(), (0, []))[1]:
            if link not in seen:
                seen.add(link)
                todo.append(link)
    return seen


def check_links(root):
    """A module links only what it may include, and reaches all of that: the link list is the include list."""
    cmake = root / "src" / "CMakeLists.txt"
    found, problems = modules(cmake), []
    for folder, (line, links) in found.items():
        where = f"src/CMakeLists.txt:{line}"
        if not row_of(folder):
            problems.append(f"{where}: {folder} is not in ALLOWED of tools/check_layers.py")
            continue
        for link in links:
            if link not in found:
                problems.append(f"{where}: {folder} links {link}, which is declared nowhere")
            elif not may_include(folder, link):
                problems.append(f"{where}: {folder} must not link {link}: the layers do not allow it")
        for file in sources.files(f"src/{folder}", root=root):
            if folder_of(sources.relative(file, root / "src")) != folder:
                continue
            for include_line, quote, name in sources.includes(file):
                other = folder_of(name)
                if quote == '"' and other in found and other != folder and other not in reached(found, folder):
                    problems.append(f'{sources.relative(file, root)}:{include_line}: "{name}": {folder} does not link '
                                    f"{other} in src/CMakeLists.txt:{line}")
    return problems


def check(root):
    return check_table() + check_includes(root) + check_links(root)


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sources.ROOT
    problems = check(root)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} includes break the layers. Move what is needed down into a folder both may use, or "
              "declare an interface below that the upper layer implements (docs/architecture.md, Layers).")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
