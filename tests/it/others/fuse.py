"""A file system of one file of 16 pages, whose reads are answered once it is told to: the kernel's FUSE protocol.

Its argument is the folder to be mounted on. It says "ready" when that is done, "asked" when a read waits, and answers reads
from the next line of its standard input on. When that ends, the file system is gone.
"""
import ctypes
import os
import select
import struct
import sys

PAGES, PAGE = 16, 4096
OPEN_DIRECT_IO = 1
libc = ctypes.CDLL(None, use_errno=True)
folder = sys.argv[1].encode()
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"mapscope-test", folder, b"fuse", 0, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
held, answers_reads = [], False


def attributes(node):
    mode, size = (0o040777, 0) if node == 1 else (0o100666, PAGES * PAGE)
    return struct.pack("<QQQ36xII12xII", node, size, size // 512, mode, 1, PAGE, 0)


def answer(unique, body=b"", error=0):
    os.write(device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)


def answer_read(unique, offset, size):
    size = max(0, min(size, PAGES * PAGE - offset))
    answer(unique, b"A" * size)


def handle(request):
    _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
    body = request[40:]
    if opcode == 26:  # init
        answer(unique, struct.pack("<IIIIHHII32x", 7, 31, 0, 0, 16, 12, PAGE, 1))
    elif opcode == 1 and body.startswith(b"file\0"):  # lookup
        answer(unique, struct.pack("<QQQQQ", 2, 0, 100, 100, 0) + attributes(2))
    elif opcode == 1:
        answer(unique, error=2)
    elif opcode in (3, 4):  # getattr, setattr
        answer(unique, struct.pack("<QQ", 100, 0) + attributes(node))
    elif opcode in (14, 27):  # open, opendir
        answer(unique, struct.pack("<QII", 1, OPEN_DIRECT_IO, 0))
    elif opcode == 15:  # read
        _, offset, size = struct.unpack_from("<QQI", body)
        if answers_reads:
            answer_read(unique, offset, size)
        else:
            held.append((unique, offset, size))
            print("asked", flush=True)
    elif opcode in (18, 20, 25, 29):  # release, fsync, flush, releasedir
        answer(unique)
    elif opcode not in (2, 36, 42):  # forget, interrupt, batch_forget get no answer
        answer(unique, error=38)


print("ready", flush=True)
while True:
    for ready in select.select([device, 0], [], [])[0]:
        if ready == device:
            handle(os.read(device, 1 << 18))
        elif os.read(0, 1 << 10):
            answers_reads = True
            while held:
                answer_read(*held.pop())
        else:
            libc.umount2(folder, 2)
            sys.exit()
