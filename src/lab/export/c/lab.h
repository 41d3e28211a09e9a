/* What the programs of this folder have in common. Written by mapscope; build with make.

   How to read a program. Its function experiment() has the steps in the order in which they are done.
   Several processes go through this one text, each from its beginning, and each does those steps that are
   its own: main, which makes the files and judges what is seen, and one process for each of A, B, C and so
   on. A step of another process is passed over. The variables are each process's own, as always; what the
   processes do share is only what they map and open.

     DO(3, A, "what it is") { ... }    step 3 is done by A, when all the steps before it are done; it has to
                                       succeed
     TRY(4, A, "what it is") { ... }   the same, and it may fail, or end its process by a signal: that is what
                                       is observed
     START(2, A)                       A starts: this very program, by fork and execve, with an argument that
                                       says so
     told...(...)                      ends a step: what came of it, for main to print and to judge
     EXPECT(4, "in words", rule)       what step 4 told has to be so
     CHECK, NOTE                       steps of main's own: what several steps told is compared, or said
     REQUIRE(rule, "why")              where this does not hold the system cannot show what the program is
                                       about
     together(2)                       the next two steps are done at the same time
     ENOUGH(rule)                      whether a loop may end: main decides, and all processes go by it

   How it is done stands in lab.c. */
#ifndef LAB_H
#define LAB_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* What older C libraries do not name. */
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 16
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int)
#endif

/* Who main is; the others are counted from 1 in the program. */
enum { MAIN = 0 };

/* What the experiment claims. */
struct claim {
    const char *name, *title, *promise, *predicted;
    long page_bytes;         /* it was made for pages of this size */
    const char *file_system; /* and on this file system; NULL where that does not matter */
};

/* A number that steps told, or that is computed from such: NAN where a step did not tell it, and nothing
   holds of that. It is wide enough for every word of 64 bits. */
typedef long double number;

/* Which number of what a step told. */
enum figure {
    NUMBER,
    WORD,
    BYTES,
    MINOR_FAULTS,
    MAJOR_FAULTS,
    RSS,
    PSS,
    SHARED_CLEAN,
    SHARED_DIRTY,
    PRIVATE_CLEAN,
    PRIVATE_DIRTY,
    ANONYMOUS_KIB,
    HUGE_KIB,
    LAZY_FREE,
    SWAPPED,
    LOCKED,
    BLOCKS,
    MODIFIED,
    LENGTH,
    NAMES,
    ROUNDS,
    TORN_WORDS,
    TORN_PAIRS,
    TORN_ACROSS_LINES,
    BOTH_SAW_OLD,
    ADDRESS_SPACE,
    RESIDENT,
    PAGE_TABLES,
    AREAS,
    CACHED,
    DIRTY_PAGES,
    WRITEBACK,
    LINES,
    PAGES,
    PAGES_THERE,
    NANOSECONDS,
    N_FIGURES
};

/* What a mapping is of: the kernel tells of memory without a file what it tells of a copy, or of a file. */
enum backing { OF_FILE, PRIVATE_ANONYMOUS, SHARED_ANONYMOUS };

/* ---- which process does what ---- */

extern int lab_me; /* which process this is */

#define DO(number, who, what) for (int lab_on = lab_step(number, who, what, 1); lab_on; lab_on = 0)
#define TRY(number, who, what) for (int lab_on = lab_step(number, who, what, 0); lab_on; lab_on = 0)
#define START(number, who) lab_start(number, who)
#define EXPECT(of, wanted, rule)                  \
    do {                                          \
        if (lab_me == MAIN)                       \
            lab_expect(of, wanted, (rule) != 0);  \
    } while (0)
#define CHECK(number, what, observed, wanted, rule)               \
    do {                                                          \
        lab_look(number, what, lab_me == MAIN ? (observed) : ""); \
        EXPECT(number, wanted, rule);                             \
    } while (0)
#define NOTE(number, what, observed) lab_look(number, what, lab_me == MAIN ? (observed) : "")
#define REQUIRE(rule, why)               \
    do {                                 \
        if (lab_me == MAIN && !(rule))   \
            lab_not_available(why);      \
    } while (0)
#define ENOUGH(rule) lab_decided(lab_me == MAIN && (rule))

void lab_begin(int argc, char **argv, const struct claim *claim, const char *const *names, int n_names);
void need_pagemap(void);
void need_memfd(void);
void need_other_user_than_root(void);
void need_plain_malloc(void);
void need_root(void);
void need_huge_pages(void);
void need_heuristic_overcommit(void);
void made_for_root(void);
void made_for_another_user_than_root(void);
void made_for_machine(const char *machine);
int lab_end(void);
int lab_step(int number, int who, const char *what, int is_needed);
void lab_start(int number, int who);
void lab_look(int number, const char *what, const char *observed);
void lab_expect(int of, const char *wanted, int holds);
_Noreturn void lab_not_available(const char *why);
_Noreturn void lab_not_done(const char *why);
int lab_decided(int holds);
/* A process puts on the board where something is in its memory; others find it there, and the process's
   number. */
#define SHARE(who, place) lab_share(who, lab_me == (who) ? (place) : NULL)
void lab_share(int who, const char *place);
char *place_of(int who);
pid_t pid_of(int who);
void together(int steps);
/* In a child that has just been forked: which process it is from now on. */
void i_am(int who);
/* execve(2) of this very program, which goes on after the step that is under way; `kept` stays open. */
void exec_again(int kept);
/* Whether this is the program after that, and the descriptor that it kept. */
int after_exec(void);
int kept_descriptor(void);

/* ---- scratch files, made by main in the scratch folder, which is the working directory of all ---- */

void make_letters(const char *name, char first, long pages);
void make_bytes(const char *name, const void *bytes, size_t len);
void make_hole(const char *name, off_t len);
void make_noise(const char *name, off_t len);

/* ---- loads and stores: one instruction a byte, none of which the compiler may leave out ---- */

/* What is read goes here. */
#define MOST_BYTES 65536
extern unsigned char bytes[MOST_BYTES];

static inline void load(unsigned char *into, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        into[i] = ((const volatile unsigned char *) from)[i];
}

static inline void store(char *into, const void *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((volatile unsigned char *) into)[i] = ((const unsigned char *) from)[i];
}

/* One load, or one store of a 1, on each page. */
void load_each_page(const char *from, size_t len);
void store_each_page(char *from, size_t len);
/* These bytes, then zeros: so many in all. */
const void *padded(const void *from, size_t n, size_t len);
/* So many bytes that are all the same. */
const void *filled(int byte, size_t len);
/* pwrite(2), again where it takes only a part; 0 when all is written. */
int pwrite_all(int fd, const void *from, size_t len, off_t at);

/* ---- what ends a step ---- */

void told_done(void);
void told_failed(int error);
/* What a system call returned: done, or fails with errno where that is -1. */
void told(long result);
/* The same where it is not of the program's own making, but the system's to grant: where it fails nothing
   is observed. */
void told_granted(long result);
/* What pthread_ functions return. */
void told_error(int error);
/* What mmap, mremap and shmat return. */
void told_map(const void *result);
/* What malloc returns. */
void told_pointer(const void *result);
/* These bytes; fails with errno where `len` is -1. */
void told_bytes(const void *from, ssize_t len);
/* A number; fails with errno where it is -1 and `call` is true. */
void told_number(unsigned long value);
void told_count(long result);
/* fork(2): the child. */
void told_process(int who, pid_t child);
/* What the kernel says of the memory of this process; looking touches none of it. */
void told_pages(const char *at, size_t len, enum backing backing); /* /proc/self/pagemap */
void told_frames(const char *at, size_t len);                      /* the same: which frame of memory */
void told_lines(const char *at, size_t len);                       /* /proc/self/maps */
void told_sums(const char *at, size_t len);                        /* /proc/self/smaps */
void told_memory(void);                                            /* /proc/self/status and smaps_rollup */
void told_faults(void);                                            /* getrusage(2) */
void told_resident(const char *at, size_t len);                    /* mincore(2) */
void told_stat(int fd);                                            /* fstat(2) */
void told_room(int fd);                                            /* fstatfs(2) */
void told_cache(int fd);                                           /* cachestat(2) */
void told_repeated(unsigned long times, int error);

/* ---- what steps told, for rules ---- */

int is_done(int step);
int failed_with(int step, int error);
int is_bytes(int step, const void *wanted, size_t len);
int ended_with(int step, int error); /* what was repeated */
int was_killed(int step, int signal, int code); /* code 0: any */
/* "CF-": a private copy, a page of the file, and none. A copy that was swapped out meanwhile will do for a
   copy. */
int is_pages(int step, const char *wanted);
int is_same(int step, int other);
/* Its lines of maps allow this, one for one: "rw- r--". */
int lines_allow(int step, const char *wanted);
/* There are some, and all have this in their names. */
int lines_are_named(int step, const char *name);
/* They are of no file, and not of the heap or the stack. */
int lines_are_nameless(int step);
number figure(int step, enum figure figure);
/* The frame of memory of a page; the first page is 0. */
number frame_of(int step, size_t page);
/* Of a line of maps; the first line is 0. */
number line_start(int step, int line);
number line_end(int step, int line);
number line_offset(int step, int line);
/* How many different stretches the lines of maps cover that these steps told; the list ends with 0. */
number stretches(int first, ...);
/* A sentence: each {} is the next number, each {time} one as a time. */
const char *say(const char *words, ...);

/* ---- what takes more than a call ---- */

/* A child by vfork(2), which shares this process's memory until it ends, stores these bytes and ends; 0
   when it did. */
int store_by_vfork(char *into, const void *from, size_t len);
/* From now on a SIGBUS in these pages ends nothing: a handler maps a page of zeros there. */
void mend_holes(char *at, size_t len);
/* Waits until so many processes stand at this line; the number of this race. */
uint64_t start_line(char *line, unsigned racers);
/* Stores words of all ones and all zeros in turn until the reader of this race is done; and the reader,
   which counts what is half old and half new. With a counter before and after (a seqlock), or without. */
void told_written_words(char *line, uint64_t race, char *words, int counted);
void told_read_words(char *line, uint64_t race, char *words, unsigned long rounds, int counted);
/* Each of two stores to its own word, then loads the other's (store buffering). */
void told_store_then_load(char *words, unsigned long rounds, int first, int fenced);
void told_added(unsigned long rounds);
/* A file on a tmpfs of its own, of so many bytes, that nobody else sees; -1 and errno where it cannot be. */
int small_disk(unsigned long room);
/* Makes an ext4 file system within a file, mounted where nobody else sees it, with an empty file on it:
   that one's descriptor; -1 and ENODEV where it cannot be had. It takes root, mkfs.ext4 and a loop device. */
int disk_in(int image);
/* How often these bytes stand in a file. */
void told_found(int fd, const void *sought, size_t n);
/* These pages, when they are missing, are filled with these bytes by a thread of this process
   (userfaultfd(2)). */
int fill_on_fault(char *at, size_t len, const void *from, size_t n);
/* futex(2) on a word, with FUTEX_PRIVATE_FLAG or without. */
long futex_wait(char *word, uint32_t value, int is_private, long milliseconds);
long futex_wake(char *word, uint32_t count, int is_private, long milliseconds); /* until somebody woke */
/* A mutex of pthreads that processes share. */
int shared_mutex(char *at, int robust);
int lock_within(char *at, long milliseconds);
/* setrlimit(2) of the soft limit; RLIM_INFINITY for as much as the hard limit allows. */
int soft_limit(int resource, rlim_t value);
/* mprotect(2) with PROT_READ of every second page until it fails; *times: how often it succeeded. */
int protect_every_second_page(char *at, size_t len, unsigned long *times);
/* A knob of the kernel; main sets it back at the end. */
int tune(const char *path, unsigned long value);
/* ptrace(2) of a child: puts a byte over the one there, as a breakpoint is set. */
int set_breakpoint(pid_t child, char *there, unsigned char byte);
/* The name of shared memory: no other run has it. Main removes it at the end; and a segment. */
const char *shm_name(const char *name);
void remove_at_the_end(const char *name);
void remove_segment_at_the_end(int segment);

#endif
