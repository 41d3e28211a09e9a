"""A program that is not ours: it maps and opens the file that it is given as it is told, and tells what it has.

Each line of its standard input is a JSON list, a command and its arguments; each is answered with one JSON line. It maps by
mmap(2) itself, so that it knows the addresses and holds no descriptor that it was not told to hold.
"""
import ctypes
import json
import mmap
import os
import resource
import struct
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
MAP_FIXED = 0x10
WAYS = {"shared": mmap.MAP_SHARED, "private": mmap.MAP_PRIVATE}
mappings, descriptors, stacks = [], [], []


def map_file(path, way, at=None, writable=True):
    file = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
    size = os.fstat(file).st_size
    prot = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
    flags = WAYS[way] | (MAP_FIXED if at else 0)
    address = libc.mmap(at, size, prot, flags, file, 0)
    os.close(file)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap")
    return address, size


def do_map(path, way, writable=True):
    mappings.append(map_file(path, way, writable=writable))
    return mappings[-1][0]


def do_map_many(path, count):
    for at in range(count):
        # One that may be written and one that may not: neighbors would become one.
        mappings.append(map_file(path, "shared", writable=at % 2 == 0))


def do_map_part(path, offset, size):
    file = os.open(path, os.O_RDONLY)
    address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file, offset)
    os.close(file)
    mappings.append((address, size))
    return address


def do_map_read_only(path, way):
    return do_map(path, way, writable=False)


def do_map_over(index, path):
    """Another file in its place."""
    map_file(path, "shared", at=mappings[index][0])


def do_unmap(index):
    libc.munmap(*mappings.pop(index))


def do_read(index, at):
    return ctypes.string_at(mappings[index][0] + at, 1)[0]


def do_store(index, at, byte):
    ctypes.memset(mappings[index][0] + at, byte, 1)


def do_drop(index, at, size):
    """Gives pages back that came along: copies are lost by it, pages of the file are not there until they are touched."""
    if libc.madvise(ctypes.c_void_p(mappings[index][0] + at), ctypes.c_size_t(size), mmap.MADV_DONTNEED) != 0:
        raise OSError(ctypes.get_errno(), "madvise")


def do_keep(index):
    """Locks the pages that are there, as the kernel may take back those that nobody uses, and brings in none."""
    MLOCK_ONFAULT = 1
    address, size = mappings[index]
    if libc.mlock2(ctypes.c_void_p(address), ctypes.c_size_t(size), MLOCK_ONFAULT) != 0:
        raise OSError(ctypes.get_errno(), "mlock2")


def do_open(path, how):
    ways = {"read": os.O_RDONLY, "write": os.O_WRONLY, "both": os.O_RDWR, "path": os.O_PATH}
    descriptors.append(os.open(path, ways[how]))
    return descriptors[-1]


def do_open_many(path, count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    descriptors.extend(os.open(path, os.O_RDONLY) for _ in range(count))


def do_close(index):
    os.close(descriptors.pop(index))


def do_entries(at):
    """What pagemap has of each mapping, but for the frame."""
    found = []
    with open(f"/proc/self/task/{threading.get_native_id()}/pagemap", "rb", buffering=0) as pagemap:
        for address, _ in mappings:
            pagemap.seek((address + at) // mmap.PAGESIZE * 8)
            (entry,) = struct.unpack("Q", pagemap.read(8))
            found.append([entry >> 63 & 1, entry >> 61 & 1])
    return found


def do_present(index):
    """How many pages of the mapping are there."""
    address, size = mappings[index]
    with open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
        pagemap.seek(address // mmap.PAGESIZE * 8)
        entries = pagemap.read(size // mmap.PAGESIZE * 8)
    return sum(entry[0] >> 63 & 1 for entry in struct.iter_unpack("Q", entries))


def do_mount(source, target):
    if libc.mount(source.encode(), target.encode(), None, 4096, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def do_hide():
    libc.prctl(4, 0, 0, 0, 0)


def do_fork():
    child = os.fork()
    if child == 0:
        threading.Event().wait()
    return child


def do_twin():
    """A process that runs in this one's memory: it sleeps for a minute and ends."""
    stack = ctypes.create_string_buffer(1 << 16)
    stacks.append(stack)
    top = (ctypes.addressof(stack) + len(stack)) & ~15
    CLONE_VM, SIGCHLD = 0x100, 17
    asleep = ctypes.cast(libc.sleep, ctypes.c_void_p)
    libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    return libc.clone(asleep, top, CLONE_VM | SIGCHLD, 60)


def do_threads(count):
    for _ in range(count):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


def do_huge():
    """How many bytes of shared memory are mapped by huge pages."""
    with open("/proc/self/smaps") as smaps:
        lines = [line.split() for line in smaps if line.startswith("ShmemPmdMapped")]
    return sum(int(line[1]) for line in lines) << 10


def do_touch_apart(path):
    """Maps the file and loads from it in a thread of its own, which may wait for long."""
    descriptors.append(os.open(path, os.O_RDONLY))
    address = libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_PRIVATE, descriptors[-1], 0)
    into = ctypes.create_string_buffer(1)
    libc.memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    threading.Thread(target=libc.memcpy, args=(into, address, 1), daemon=True).start()


def do_map_apart():
    """Maps it once more in a thread of its own, which may hold this memory for as long as the storage does not answer: what
    a file that is not cached has in memory is thrown away first (FUSE)."""
    arguments = (None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_PRIVATE, descriptors[-1], 0)
    threading.Thread(target=libc.mmap, args=arguments, daemon=True).start()


def serve():
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer = {"ok": globals()["do_" + command](*arguments)}
        except OSError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


print(json.dumps({"ok": os.getpid()}), flush=True)
if sys.argv[1:] == ["threads"]:
    # The first thread ends, and this one goes on: exit(2), not exit_group(2).
    threading.Thread(target=serve).start()
    libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)
serve()
