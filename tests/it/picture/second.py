"""A second process: it does to a file what it is told, and tells what it finds of a page of it by means of its own.

Each line of its standard input is a JSON list, a command and its arguments; each is answered with one JSON line. It asks for
the file's blocks by FS_IOC_FIEMAP, for what is not written yet by the smaps of a mapping of one page, and reads the storage
past the page cache by O_DIRECT.
"""
import ctypes
import errno
import fcntl
import json
import mmap
import os
import struct
import sys

PAGE = 4096
FIEMAP = 0xC020660B
KEEP_SIZE, PUNCH_HOLE = 1, 2
SYNC_FILE_RANGE_WRITE = 2

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.fallocate.argtypes = [ctypes.c_int] * 2 + [ctypes.c_int64] * 2
libc.sync_file_range.argtypes = [ctypes.c_int] + [ctypes.c_int64] * 2 + [ctypes.c_uint]
kept = []


def check(result, call):
    if result != 0:
        raise OSError(ctypes.get_errno(), call)


def extents(file, start):
    """Where each extent in the page begins, and its flags; None where the file system tells none."""
    request = bytearray(struct.pack("=QQLLLL", start, PAGE, 0, 0, 16, 0) + bytes(16 * 56))
    try:
        fcntl.ioctl(file, FIEMAP, request)
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.ENOTTY):
            return None
        raise
    (count,) = struct.unpack_from("=L", request, 20)
    return [struct.unpack_from("=L", request, 32 + 56 * at + 40)[0] for at in range(count)]


def kib_of(address, names):
    """What smaps has under these names of the mapping at the address."""
    begins, is_it, total = f"{address:x}-", False, 0
    with open("/proc/self/smaps", encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            name, *rest = line.split()
            if not name.endswith(":"):
                if is_it:
                    break
                is_it = name.startswith(begins)
            elif is_it and name in names:
                total += int(rest[0])
    return total


def counted(file, start):
    """How many dirty pages the page cache counts in the page (cachestat(2)); None where the kernel has no such call."""
    counts = ctypes.create_string_buffer(40)
    if libc.syscall(451, file, struct.pack("=QQ", start, PAGE), counts, 0) != 0:
        return None
    return struct.unpack("=5Q", counts.raw)[1]


def do_look(path, page):
    """What there is of the page, with a mapping of it that stays until the next look."""
    for address in kept:
        libc.munmap(address, PAGE)
    kept.clear()
    file = os.open(path, os.O_RDONLY)
    try:
        start = page * PAGE
        if start >= os.fstat(file).st_size:
            return None
        address = libc.mmap(None, PAGE, mmap.PROT_READ, mmap.MAP_SHARED, file, start)
        if address == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), "mmap")
        kept.append(address)
        ctypes.string_at(address, 1)
        return {
            "pid": os.getpid(),
            "address": address,
            "dirty": kib_of(address, ("Shared_Dirty:", "Private_Dirty:")) > 0,
            "extents": extents(file, start),
            "counted": counted(file, start),
        }
    finally:
        os.close(file)


def do_stored(path, page):
    """What the storage has of the page; None where it cannot be asked past the page cache."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_DIRECT)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return None
        raise
    with mmap.mmap(-1, PAGE) as buffer:
        try:
            count = os.preadv(file, [buffer], page * PAGE)
        except OSError as error:
            if error.errno == errno.EINVAL:
                return None
            raise
        finally:
            os.close(file)
        return list(buffer[:count])


def with_file(path, act):
    file = os.open(path, os.O_RDWR)
    try:
        act(file)
    finally:
        os.close(file)


def do_fsync(path):
    with_file(path, os.fsync)


def do_start_writing(path):
    with_file(path, lambda file: check(libc.sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE), "sync_file_range"))


def do_msync(path):
    def act(file):
        with mmap.mmap(file, 0) as mapping:
            mapping.flush()

    with_file(path, act)


def do_punch(path, page):
    with_file(path, lambda file: check(libc.fallocate(file, KEEP_SIZE | PUNCH_HOLE, page * PAGE, PAGE), "fallocate"))


def do_reserve(path, page):
    with_file(path, lambda file: check(libc.fallocate(file, KEEP_SIZE, page * PAGE, PAGE), "fallocate"))


def do_store(path, at, byte):
    def act(file):
        with mmap.mmap(file, 0) as mapping:
            mapping[at] = byte

    with_file(path, act)


for line in sys.stdin:
    command, *arguments = json.loads(line)
    try:
        answer = {"ok": globals()["do_" + command](*arguments)}
    except OSError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
