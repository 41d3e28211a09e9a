"""A program that is not ours: it maps the file that it is given, three times, and tells what its own page table says.

On standard output it says "ready", and answers each line of its standard input with one JSON line: for each mapping its
mode, whether the page is there, whether it is the file's, its frame (for root), and the byte, which is read only where the
page is there; and for each page of each mapping the same two of its state.
"fork" makes a child that sleeps; "name TEXT" gives the process that name; "touch OFFSET" reads the byte there through all
mappings but the last.
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


def entries(start, first, count):
    """Of each page: whether it is there, whether it is the file's, its frame."""
    with open("/proc/self/pagemap", "rb") as pagemap:
        pagemap.seek((start // mmap.PAGESIZE + first) * 8)
        read = pagemap.read(8 * count)
    found = [entry for (entry,) in struct.iter_unpack("Q", read)]
    return [(entry >> 63 & 1, entry >> 61 & 1, entry & ((1 << 55) - 1)) for entry in found]


def state(name, mode):
    start = address(mode, 0)
    [(present, is_file, frame)] = entries(start, at // mmap.PAGESIZE, 1)
    mapping = {"rw-s": shared, "rw-p": copied, "r--p": untouched}[mode]
    pages = min((len(mapping) + mmap.PAGESIZE - 1) // mmap.PAGESIZE, 32)
    return {
        "mode": name,
        "protection": mode[:3],
        "address": hex(start),
        "present": present,
        "file": is_file,
        "frame": hex(frame) if present and frame else None,
        "byte": mapping[at] if present else None,
        "pages": [entry[:2] for entry in entries(start, 0, pages)],
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
    if line.startswith("touch"):
        offset = int(line[5:])
        shared[offset], copied[offset]
    states = [state("shared", "rw-s"), state("private", "rw-p"), state("private", "r--p")]
    print(json.dumps({"states": states, "children": children}), flush=True)
