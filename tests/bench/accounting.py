"""What processes cost: CPU time from the kernel's process clocks, memory from smaps_rollup, and what everybody else used."""
import os
import pathlib
import time

SERVER_CORE = 0
LOAD_CORE = 1
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    """utime + stime of the processes, threads that have ended included, in the kernel's resolution (ns)."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def waited_seconds(pid):
    """How long its main thread was ready to run, and the core was another's."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def thread_seconds(pids):
    """CPU seconds by the name of a thread."""
    result = {}
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            result[name] = result.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1e9
    return result


def proportional_kilobytes(pids):
    """PSS of what the processes wrote: shared memory counts in shares; code and files, whose shares change with what else
    this machine runs, do not count."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                total += int(line.split()[1])
    return total


def family(pid):
    """The process and all that descend from it."""
    children = {}
    for child, (parent, _) in _processes().items():
        children.setdefault(parent, []).append(child)
    result, left = [], [pid]
    while left:
        result.append(left.pop())
        left += children.get(result[-1], [])
    return result


class Others:
    """CPU that processes other than ours used since this was made, in seconds. What children that have ended used is in
    the sums of their parents, so that compilers that come and go count as well."""

    def __init__(self):
        self.started = time.monotonic()
        self.before = self._seconds()

    def percent(self):
        return 100 * (self._seconds() - self.before) / (time.monotonic() - self.started)

    @staticmethod
    def _seconds():
        processes = _processes()
        ours = set(family(os.getpid()))
        return sum(seconds for pid, (_, seconds) in processes.items() if pid not in ours)


def _processes():
    """pid: (parent, seconds of it and of its children that have ended)."""
    result = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        result[int(entry)] = (int(fields[1]), sum(int(field) for field in fields[11:15]) / TICK)
    return result


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores {model}, Linux {os.uname().release}"
