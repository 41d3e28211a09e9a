"""A program that is not ours: it maps the file that it is given, three times, and tells what its own page table says.

On standard output it says "ready", and answers each line of its standard input with one JSON line: for each mapping its
mode, whether the page is there and whether it is the file's, and the byte, which is read only where the page is there.
"fork" makes a child that sleeps; "name TEXT" gives the process that name.
"""
import json
import mmap
import os
import struct
import sys

path, at = sys.argv[1], int(sys.argv[2])
file = open(path, "r+b")
READ, WRITE = mmap.PROT_READ, mmap.PROT_WRITE
shared = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=READ | WRITE)
copied = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=READ | WRITE)
untouched = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=READ)
shared[at]
copied[at] = 0x5A
children = []


def address(mode, index):
    """The lowest address of the mapping with that place among the file's in /proc/self/maps."""
    inode = os.fstat(file.fileno()).st_ino
    found = []
    for line in open("/proc/self/maps"):
        parts = line.split()
        if len(parts) > 4 and int(parts[4]) == inode and parts[1] == mode:
            found.append(int(parts[0].split("-")[0], 16))
    return found[index]


def state(name, mode):
    start = address(mode, 0)
    with open("/proc/self/pagemap", "rb") as pagemap:
        pagemap.seek((start + at) // mmap.PAGESIZE * 8)
        (entry,) = struct.unpack("Q", pagemap.read(8))
    present, is_file = entry >> 63 & 1, entry >> 61 & 1
    mapping = {"rw-s": shared, "rw-p": copied, "r--p": untouched}[mode]
    return {
        "mode": name,
        "protection": mode[:3],
        "address": hex(start),
        "present": present,
        "file": is_file,
        "byte": mapping[at] if present else None,
    }


print("ready", flush=True)
for line in sys.stdin:
    if line.startswith("fork"):
        child = os.fork()
        if child == 0:
            sys.stdin.readline()
            os._exit(0)
        children.append(child)
    if line.startswith("name"):
        with open("/proc/self/comm", "w") as comm:
            comm.write(line[5:].rstrip("\n").encode().decode("unicode_escape"))
    states = [state("shared", "rw-s"), state("private", "rw-p"), state("private", "r--p")]
    print(json.dumps({"states": states, "children": children}), flush=True)
