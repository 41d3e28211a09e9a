/* What the programs of this folder have in common: whose turn it is, what came of each step, and how it is
   said.

   main gives the turns. It shares a board with all the others, memory without a file, on which stands how
   many steps have been given free, how far each process is, and what each step told. Whoever waits does so
   with futex(2) on a bell that everybody rings who has changed something. A process that dies is reaped by
   its parent, which notes how on the board. */

#include "lab.h"

#include <dirent.h>
#include <limits.h>
#include <linux/futex.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define MOST_STEPS 4096
#define MOST_PROCESSES 64
#define MOST_DECISIONS 4096
#define MOST_UNDONE 16
/* How long a step may take before the program gives up, and at the end whatever is left of it, in seconds. */
#define PATIENCE 60

unsigned char bytes[MOST_BYTES];
int lab_me = MAIN;

enum kind { NOTHING, DONE, FAILED, SOME_BYTES, SOME_PAGES, SOME_LINES, SUMS, MEMORY, FAULTS, CACHE,
            IN_MEMORY, FRAMES, STAT, REPEATED, RACED, A_NUMBER, A_PROCESS, KILLED };

/* What a step told when it was done last. */
struct told {
    enum kind kind;
    long at;                       /* how many steps were done before it */
    int error;                     /* errno */
    int is_refused;                /* by the system, whose own it is to grant: nothing is observed */
    int signal, code;              /* how its process died */
    unsigned long address;         /* of a fault */
    enum backing backing;          /* of pages */
    uint64_t values[N_FIGURES];    /* the numbers that it has, by `has` */
    unsigned char has[N_FIGURES];
    size_t len;
    unsigned char bytes[MOST_BYTES + 1]; /* bytes, lines of text, or a letter for each page */
};

struct process {
    pid_t pid;
    long done;                     /* one more than the number of steps before the last one that it did */
    int step;                      /* the step that it is in; 0 for none */
    int is_dead, status;           /* as waitpid(2) has it */
    int signal, code;              /* of the fault that ends it */
    unsigned long address;
    unsigned long place;           /* what it put on the board, */
    long n_places;                 /* and how often it did */
};

struct undo {
    char path[128];                /* a name to remove, or a file to write to; "" for a segment */
    long value;                    /* -1: remove it; else what to write, or the number of the segment */
};

static struct board {
    uint32_t bell;
    long turn;                     /* so many steps are free to be done */
    int is_over;                   /* main ends, and all the others with it */
    struct process processes[MOST_PROCESSES];
    unsigned char decisions[MOST_DECISIONS]; /* 0: not yet; 1: go on; 2: enough */
    uint32_t n_undone;
    pid_t main;
    struct undo undone[MOST_UNDONE];
    struct told told[MOST_STEPS];
} *board;

static const struct claim *claim;
static const char *const *names;
static int n_names;
static int board_fd, kept_fd = -1;
static long next;                  /* how many steps this process has passed */
static long resume;                /* steps before this one were done before execve(2) */
static long n_decisions;
static long n_places[MOST_PROCESSES]; /* how often others should have put a place on the board */
static int now_step;               /* the step that this process is in */
static struct timespec step_began;
static volatile sig_atomic_t stopped;
static char scratch[PATH_MAX];
static char home[PATH_MAX];
static int n_checks, n_differ;

/* ---- ends ---- */

static void flush_line(void);

static void ring(void)
{
    __atomic_add_fetch(&board->bell, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &board->bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Waits until somebody rings, for 10 ms at most: a process that died rings no bell. */
static void wait_bell(uint32_t seen)
{
    struct timespec most = {0, 10000000};
    syscall(SYS_futex, &board->bell, FUTEX_WAIT, seen, &most, NULL, 0);
    if (lab_me != MAIN && __atomic_load_n(&board->is_over, __ATOMIC_SEQ_CST))
        _exit(3);
}

/* Seconds that no clock's being set changes. */
static time_t seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void reap(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 1; i < n_names; i++) {
            struct process *process = &board->processes[i];
            if (process->pid == pid && (WIFSIGNALED(status) || WIFEXITED(status))) {
                process->status = status;
                __atomic_store_n(&process->is_dead, 1, __ATOMIC_SEQ_CST);
                ring();
            }
        }
    }
}

static void remove_scratch(void)
{
    if (!scratch[0])
        return;
    DIR *folder = opendir(scratch);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    if (home[0] && chdir(home) != 0 && chdir("/") != 0)
        perror("chdir");
    rmdir(scratch);
}

static void undo_all(void)
{
    for (uint32_t i = board->n_undone; i-- > 0;) {
        struct undo *undo = &board->undone[i];
        if (!undo->path[0]) {
            shmctl((int) undo->value, IPC_RMID, NULL);
        } else if (undo->value < 0) {
            unlink(undo->path);
        } else {
            FILE *file = fopen(undo->path, "w");
            if (file) {
                fprintf(file, "%ld", undo->value);
                fclose(file);
            }
        }
    }
}

/* Main ends: all the others with it, and what is left of them. */
static _Noreturn void leave(int status)
{
    const struct timespec a_moment = {0, 1000000};
    time_t begin = seconds();
    pid_t pid;
    int left;
    flush_line();
    __atomic_store_n(&board->is_over, 1, __ATOMIC_SEQ_CST);
    ring();
    for (int i = 1; i < n_names; i++)
        if (board->processes[i].pid > 0 && !board->processes[i].is_dead)
            kill(board->processes[i].pid, SIGKILL);
    /* Grandchildren become children of main (PR_SET_CHILD_SUBREAPER): also one that stands still, and is
       not on the board. */
    while ((pid = waitpid(-1, &left, WNOHANG | WUNTRACED)) >= 0 && seconds() - begin <= PATIENCE) {
        if (pid == 0)
            nanosleep(&a_moment, NULL);
        else if (WIFSTOPPED(left))
            kill(pid, SIGKILL);
    }
    undo_all();
    remove_scratch();
    fflush(stdout);
    exit(status);
}

_Noreturn void lab_not_available(const char *why)
{
    flush_line();
    if (n_differ > 0)
        lab_not_done(why);
    printf("  observed   nothing: not available here, %s\n  verdict    not available here: %s\n", why, why);
    leave(77);
}

_Noreturn void lab_not_done(const char *why)
{
    if (lab_me != MAIN) {
        fprintf(stderr, "%s: %s\n", names[lab_me], why);
        _exit(3);
    }
    flush_line();
    printf("  verdict    %s: %s\n", n_differ > 0 ? "differs from the prediction" : "not carried out", why);
    leave(n_differ > 0 ? 1 : 2);
}

static void on_stop(int signal)
{
    (void) signal;
    stopped = 1;
}

/* A load or a store that the processor refuses: what the kernel says about it goes to the board, and then
   it is made once more without this handler, which ends the process. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void) context;
    struct process *me = &board->processes[lab_me];
    if (info->si_code > 0) {
        me->code = info->si_code;
        me->address = (unsigned long) info->si_addr;
        me->signal = signal;
    }
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigaction(signal, &plain, NULL);
    if (info->si_code <= 0)
        raise(signal);
}

/* What every process but main begins with. */
static void begin_process(int who)
{
    static char stack[65536];
    pid_t parent = getppid();
    lab_me = who;
    now_step = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(3);
    board->processes[who].pid = getpid();
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&other, NULL);
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

void i_am(int who)
{
    begin_process(who);
}

/* ---- begin ---- */

/* A path of mountinfo, where blanks and the like are written as \040. */
static void unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from; to++) {
        if (from[0] == '\\' && from[1] && from[2] && from[3]) {
            *to = (char) ((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

static int is_below(const char *path, const char *point)
{
    size_t len = strlen(point);
    return strcmp(point, "/") == 0 || (strncmp(path, point, len) == 0 && (!path[len] || path[len] == '/'));
}

/* The file system of a folder, as /proc/self/mountinfo names it: that of the longest mount point above it,
   and of several at the same place the last. An overlay keeps what is written in a folder of another one,
   where that can be seen from here. Whether there is one. */
static int file_system(const char *folder, char *name, size_t room)
{
    char path[PATH_MAX], point[PATH_MAX], upper[PATH_MAX] = "", below[256], *line = NULL;
    size_t line_room = 0, longest = 0;
    int flushes = 0;
    FILE *table = fopen("/proc/self/mountinfo", "re");
    snprintf(name, room, "an unknown file system");
    while (table && realpath(folder, path) && getline(&line, &line_room, table) > 0) {
        /* Five fields, others, " - ", and then what it is, of what, and its options. */
        char *kind = strstr(line, " - "), *of = kind ? strchr(kind + 3, ' ') : NULL;
        char *options = of ? strchr(of + 1, ' ') : NULL;
        if (!options || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1)
            continue;
        unescape(point);
        if (!is_below(path, point) || strlen(point) < longest)
            continue;
        longest = strlen(point), upper[0] = 0, flushes = 0, *of = 0;
        snprintf(name, room, "%s", kind + 3);
        for (char *one = strtok(options, " ,\n"); one; one = strtok(NULL, " ,\n")) {
            if (strncmp(one, "upperdir=/", 10) == 0)
                snprintf(upper, sizeof upper, "%s", one + 9);
            flushes |= strcmp(one, "flush") == 0;
        }
    }
    free(line);
    if (table)
        fclose(table);
    unescape(upper);
    if (strcmp(name, "overlay") == 0 && file_system(upper, below, sizeof below))
        snprintf(name, room, "overlay over %s", below);
    else if (flushes && (strcmp(name, "vfat") == 0 || strcmp(name, "msdos") == 0))
        strncat(name, " with flush", room - strlen(name) - 1);
    return longest > 0;
}

static void make_scratch(const char *below)
{
    if (!getcwd(home, sizeof home))
        home[0] = 0;
    if (!below || !*below)
        below = getenv("TMPDIR");
    if (!below || !*below)
        below = "/tmp";
    snprintf(scratch, sizeof scratch, "%s/lab-XXXXXX", below);
    int is_made = mkdtemp(scratch) != NULL;
    if (!is_made || chdir(scratch) != 0) {
        printf("  verdict    not carried out: %s cannot hold scratch files: %s\n", below, strerror(errno));
        if (is_made)
            rmdir(scratch);
        exit(2);
    }
    if (!getcwd(scratch, sizeof scratch))
        lab_not_done("the scratch folder has no path");
}

void lab_begin(int argc, char **argv, const struct claim *its_claim, const char *const *its_names,
               int its_n_names)
{
    claim = its_claim, names = its_names, n_names = its_n_names;
    /* As another process: `--peer WHO BOARD [STEPS KEPT]`. */
    int who = argc >= 4 && strcmp(argv[1], "--peer") == 0 ? atoi(argv[2]) : MAIN;
    board_fd = who == MAIN ? memfd_create("board", 0) : atoi(argv[3]);
    if (board_fd < 0 || (who == MAIN && ftruncate(board_fd, sizeof *board) != 0)) {
        perror("memfd_create");
        exit(2);
    }
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, board_fd, 0);
    if (board == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    if (who != MAIN) {
        if (argc >= 6)
            resume = atol(argv[4]), kept_fd = atoi(argv[5]);
        begin_process(who);
        return;
    }
    board->main = getpid();
    printf("%s: %s\n  predicted  %s (%s)\n", claim->name, claim->title, claim->predicted, claim->promise);
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGBUS, SIG_DFL), signal(SIGSEGV, SIG_DFL), signal(SIGCHLD, SIG_DFL), signal(SIGXFSZ, SIG_IGN);
    signal(SIGINT, on_stop), signal(SIGTERM, on_stop), signal(SIGHUP, on_stop);
    make_scratch(argc >= 2 ? argv[1] : NULL);
    if (sysconf(_SC_PAGESIZE) != claim->page_bytes)
        lab_not_available("this program was made for pages of another size; "
                          "have mapscope write it again here");
    if (claim->file_system) {
        char here[300], why[700];
        file_system(".", here, sizeof here);
        snprintf(why, sizeof why, "this program was made for scratch files on %s, and here they are on %s; "
                 "have mapscope write it again with --dir", claim->file_system, here);
        if (strcmp(claim->file_system, here) != 0)
            lab_not_available(why);
    }
}

void need_pagemap(void)
{
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (lab_me == MAIN && fd < 0)
        lab_not_available("/proc/self/pagemap cannot be read");
    close(fd);
}

void need_memfd(void)
{
    int fd = memfd_create("lab", MFD_CLOEXEC);
    if (lab_me == MAIN && fd < 0)
        lab_not_available("memfd_create fails");
    close(fd);
}

void need_other_user_than_root(void)
{
    if (lab_me == MAIN && geteuid() == 0)
        lab_not_available("root is granted what others are refused");
}

static int is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

void need_plain_malloc(void)
{
    const char *tunables = getenv("GLIBC_TUNABLES");
    int is_other = is_set("LD_PRELOAD") || is_set("MALLOC_MMAP_MAX_") || is_set("MALLOC_MMAP_THRESHOLD_");
#ifndef __GLIBC__
    is_other = 1;
#endif
    if (lab_me == MAIN && (is_other || (tunables && strstr(tunables, "glibc.malloc."))))
        lab_not_available("the malloc here is not that of glibc with its own settings");
}

void made_for_root(void)
{
    if (lab_me == MAIN && geteuid() != 0)
        lab_not_available("this program was made for root; have mapscope write it again as another user");
}

void made_for_another_user_than_root(void)
{
    if (lab_me == MAIN && geteuid() == 0)
        lab_not_available("this program was made for another user than root; "
                          "have mapscope write it again as root");
}

void made_for_machine(const char *machine)
{
#if defined __x86_64__
    const char *here = "x86_64";
#elif defined __aarch64__
    const char *here = "aarch64";
#else
    const char *here = "another processor";
#endif
    char why[300];
    snprintf(why, sizeof why, "this program has code for %s, and here it is built for %s; "
             "have mapscope write it again here", machine, here);
    if (lab_me == MAIN && strcmp(here, machine) != 0)
        lab_not_available(why);
}

void need_root(void)
{
    if (lab_me == MAIN && geteuid() != 0)
        lab_not_available("needs root");
}

/* What a file of the kernel holds. */
static const char *setting(const char *path)
{
    static char text[256];
    FILE *file = fopen(path, "re");
    text[0] = 0;
    if (file && !fgets(text, sizeof text, file))
        text[0] = 0;
    if (file)
        fclose(file);
    return text;
}

void need_huge_pages(void)
{
    const char *text = setting("/sys/kernel/mm/transparent_hugepage/enabled");
    if (lab_me == MAIN && (!text[0] || strstr(text, "[never]")))
        lab_not_available("transparent huge pages are switched off");
}

void need_heuristic_overcommit(void)
{
    if (lab_me == MAIN && atoi(setting("/proc/sys/vm/overcommit_memory")) != 0)
        lab_not_available("needs vm.overcommit_memory of 0");
}

/* ---- what is printed ---- */

/* The line of the last step, which waits for its checks. */
static struct {
    int is_held, number, who, sign; /* sign: 0 not checked, 1 holds, -1 does not */
    long at;
    const char *what;
    char expected[4096];
} held;
static char observed[MOST_BYTES + 4096];

static const char *sign_of(int sign)
{
    return sign > 0 ? "\u2713" : sign < 0 ? "\u2717" : " ";
}

static void flush_line(void)
{
    if (lab_me != MAIN || !held.is_held)
        return;
    held.is_held = 0;
    printf("  %3ld %s %s", held.at + 1, sign_of(held.sign), names[held.who]);
    if (held.who != MAIN)
        printf(" (%d)", (int) board->processes[held.who].pid);
    printf(" %s: ", held.what);
    for (const char *c = observed; *c; c++) {
        putchar(*c);
        if (*c == '\n')
            fputs("          ", stdout);
    }
    if (held.sign < 0)
        printf("  (expected: %s)", held.expected);
    putchar('\n');
    fflush(stdout);
}

static void hold_line(int number, int who, const char *what, long at)
{
    held.is_held = 1, held.number = number, held.who = who, held.what = what, held.at = at, held.sign = 0;
    held.expected[0] = 0;
}

void lab_expect(int of, const char *wanted, int holds)
{
    long at = board->told[of].at;
    n_checks++;
    n_differ += !holds;
    if (held.is_held && held.number == of && held.at == at) {
        /* Of several checks all have to hold. */
        size_t len = strlen(held.expected);
        snprintf(held.expected + len, sizeof held.expected - len, "%s%s", len ? "; " : "", wanted);
        held.sign = holds && held.sign >= 0 ? 1 : -1;
        return;
    }
    flush_line();
    printf("      %s step %ld%s%s\n", sign_of(holds ? 1 : -1), at + 1,
           holds ? " is as expected: " : " (expected: ", wanted);
}

struct text {
    char *at;
    size_t left;
};

static void add(struct text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text->at, text->left, format, list);
    va_end(list);
    if (n > 0 && (size_t) n < text->left)
        text->at += n, text->left -= (size_t) n;
}

static const char *s_of(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static const char *error_name(int error)
{
#define NAME(name) case name: return #name;
    switch (error) {
        NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EINTR) NAME(EIO) NAME(ENXIO) NAME(E2BIG) NAME(EBADF)
        NAME(ECHILD) NAME(EAGAIN) NAME(ENOMEM) NAME(EACCES) NAME(EFAULT) NAME(EBUSY) NAME(EEXIST)
        NAME(EXDEV) NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR) NAME(EINVAL) NAME(ENFILE) NAME(EMFILE)
        NAME(ENOTTY) NAME(ETXTBSY) NAME(EFBIG) NAME(ENOSPC) NAME(ESPIPE) NAME(EROFS) NAME(EMLINK)
        NAME(EPIPE) NAME(EDEADLK) NAME(ENAMETOOLONG) NAME(ENOLCK) NAME(ENOSYS) NAME(ENOTEMPTY) NAME(ELOOP)
        NAME(EOVERFLOW) NAME(EOPNOTSUPP) NAME(ETIMEDOUT) NAME(ESTALE) NAME(EDQUOT) NAME(ECANCELED)
        NAME(EOWNERDEAD) NAME(ENOTRECOVERABLE) NAME(EHWPOISON)
    }
#undef NAME
    static char other[32];
    snprintf(other, sizeof other, "errno %d", error);
    return other;
}

static const char *signal_name(int signal)
{
#define NAME(name) case name: return #name;
    switch (signal) {
        NAME(SIGHUP) NAME(SIGINT) NAME(SIGQUIT) NAME(SIGILL) NAME(SIGTRAP) NAME(SIGABRT) NAME(SIGBUS)
        NAME(SIGFPE) NAME(SIGKILL) NAME(SIGSEGV) NAME(SIGPIPE) NAME(SIGALRM) NAME(SIGTERM) NAME(SIGSYS)
        NAME(SIGXCPU) NAME(SIGXFSZ)
    }
#undef NAME
    static char other[32];
    snprintf(other, sizeof other, "signal %d", signal);
    return other;
}

static const char *code_name(int signal, int code)
{
    if (signal == SIGSEGV)
        return code == SEGV_MAPERR ? "SEGV_MAPERR" : code == SEGV_ACCERR ? "SEGV_ACCERR"
            : code == 4 ? "SEGV_PKUERR" : NULL;
    if (signal == SIGBUS)
        return code == BUS_ADRALN ? "BUS_ADRALN" : code == BUS_ADRERR ? "BUS_ADRERR"
            : code == BUS_OBJERR ? "BUS_OBJERR" : NULL;
    return NULL;
}

/* `5a 'Z'`; of many the first 16, and how many more; of many that are all the same, just that. */
static void say_bytes(struct text *text, const unsigned char *from, size_t len)
{
    const size_t shown = len < 16 ? len : 16;
    if (len == 0) {
        add(text, "no bytes");
        return;
    }
    if (len > 16 && memcmp(from, from + 1, len - 1) == 0) {
        add(text, "%zu bytes, all ", len);
        say_bytes(text, from, 1);
        return;
    }
    for (size_t i = 0; i < shown; i++)
        add(text, "%02x ", from[i]);
    add(text, "'");
    for (size_t i = 0; i < shown; i++)
        add(text, "%c", from[i] > 0x20 && from[i] < 0x7f ? from[i] : '.');
    add(text, "'");
    if (len > shown)
        add(text, " and %zu byte%s more", len - shown, s_of(len - shown));
}

static const char *page_name(char page, enum backing backing)
{
    switch (page) {
    case 'C':
        return backing == PRIVATE_ANONYMOUS ? "anonymous page" : "private copy";
    case 'F':
        return backing == SHARED_ANONYMOUS ? "shared anonymous page" : "file page";
    case 'S':
        return "swapped";
    default:
        return "not present";
    }
}

static void say_pages(struct text *text, const struct told *told)
{
    size_t i = 0;
    while (i < told->len) {
        size_t run = 1;
        while (i + run < told->len && told->bytes[i + run] == told->bytes[i])
            run++;
        add(text, "%s", i > 0 ? ", " : "");
        if (run > 1)
            add(text, "%zu \u00d7 ", run);
        add(text, "%s", page_name((char) told->bytes[i], told->backing));
        i += run;
    }
    if (told->len == 0)
        add(text, "no pages");
}

static void say_raced(struct text *text, const uint64_t *values)
{
    add(text, "%lu round%s", (unsigned long) values[ROUNDS], s_of(values[ROUNDS]));
    static const struct { enum figure figure; const char *what; } seen[] = {
        {TORN_WORDS, "torn word"}, {TORN_PAIRS, "torn pair"},
        {TORN_ACROSS_LINES, "torn word across cache lines"},
        {BOTH_SAW_OLD, "round in which both saw the old"},
    };
    for (size_t i = 0; i < 4; i++)
        if (values[seen[i].figure] > 0)
            add(text, ", %lu \u00d7 %s", (unsigned long) values[seen[i].figure], seen[i].what);
}

static void say_frames(struct text *text, const struct told *told)
{
    size_t n = told->len / 8;
    for (size_t i = 0; i < n && i < 16; i++) {
        uint64_t frame;
        memcpy(&frame, told->bytes + 8 * i, 8);
        if (frame == 0)
            add(text, "%sno frame", i > 0 ? ", " : "");
        else
            add(text, "%sframe 0x%lx", i > 0 ? ", " : "", (unsigned long) frame);
    }
    if (n > 16)
        add(text, ", %zu more", n - 16);
}

static void say_killed(struct text *text, const struct told *told)
{
    const char *code = code_name(told->signal, told->code);
    add(text, "killed by %s", signal_name(told->signal));
    if (code)
        add(text, " (%s)", code);
    if (code)
        add(text, " at 0x%lx", told->address);
}

/* What a step told, in words, into `observed`. */
static void say_told(const struct told *told)
{
    struct text out = {observed, sizeof observed}, *text = &out;
    const uint64_t *v = told->values;
#define U(figure) ((unsigned long) v[figure])
    observed[0] = 0;
    switch (told->kind) {
    case NOTHING: break;
    case DONE: add(text, "done"); break;
    case FAILED: add(text, "fails with %s", error_name(told->error)); break;
    case SOME_BYTES: say_bytes(text, told->bytes, told->len); break;
    case SOME_PAGES: say_pages(text, told); break;
    case SOME_LINES: add(text, "%s", told->len ? (const char *) told->bytes : "no line"); break;
    case SUMS:
        add(text, "Rss %lu KiB, Pss %lu, Shared_Clean %lu, Shared_Dirty %lu, ", U(RSS), U(PSS),
            U(SHARED_CLEAN), U(SHARED_DIRTY));
        add(text, "Private_Clean %lu, Private_Dirty %lu, Anonymous %lu", U(PRIVATE_CLEAN), U(PRIVATE_DIRTY),
            U(ANONYMOUS_KIB));
        if (v[HUGE_KIB])
            add(text, ", AnonHugePages %lu", U(HUGE_KIB));
        if (v[LAZY_FREE])
            add(text, ", LazyFree %lu", U(LAZY_FREE));
        if (v[SWAPPED])
            add(text, ", Swap %lu", U(SWAPPED));
        break;
    case MEMORY:
        add(text, "address space %lu KiB, resident %lu KiB", U(ADDRESS_SPACE), U(RESIDENT));
        if (v[SWAPPED])
            add(text, ", swapped %lu KiB", U(SWAPPED));
        break;
    case FAULTS:
        add(text, "%lu minor and %lu major fault%s", U(MINOR_FAULTS), U(MAJOR_FAULTS), s_of(v[MAJOR_FAULTS]));
        break;
    case CACHE:
        add(text, "%lu page%s cached, %lu dirty, %lu being written", U(CACHED), s_of(v[CACHED]),
            U(DIRTY_PAGES), U(WRITEBACK));
        break;
    case IN_MEMORY:
        add(text, "%lu of %lu page%s in memory", U(PAGES_THERE), U(PAGES), s_of(v[PAGES]));
        break;
    case FRAMES: say_frames(text, told); break;
    case STAT:
        add(text, "%lu byte%s, %lu block%s of 512, %lu name%s", U(LENGTH), s_of(v[LENGTH]), U(BLOCKS),
            s_of(v[BLOCKS]), U(NAMES), s_of(v[NAMES]));
        break;
    case REPEATED:
        add(text, "succeeds %lu times", U(NUMBER));
        if (told->error)
            add(text, ", then fails with %s", error_name(told->error));
        break;
    case RACED: say_raced(text, v); break;
    case A_NUMBER: add(text, "%lu", U(NUMBER)); break;
    case A_PROCESS: add(text, "process %lu", U(NUMBER)); break;
    case KILLED: say_killed(text, told); break;
    }
#undef U
}

/* ---- turns ---- */

static int group_left;
static long group_first;

void together(int steps)
{
    group_left = steps;
    group_first = next;
    if (lab_me == MAIN) {
        flush_line();
        __atomic_store_n(&board->turn, next + steps, __ATOMIC_SEQ_CST);
        ring();
    }
}

/* Errors that say that the system has too little of something, or grants it to others only. */
static int is_limit(int error)
{
    static const int limits[] = {ENOMEM, EAGAIN, EMFILE, ENFILE, ENOSPC, EDQUOT, EFBIG, EPERM, ENOSYS};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (limits[i] == error)
            return 1;
    return 0;
}

/* A step that the system refuses, or one that has to succeed and did not: nothing was observed. */
static void need(const struct told *told, int who, const char *what, int is_needed)
{
    char why[1024];
    int has_failed = told->kind == FAILED;
    if (has_failed && told->is_refused) {
        snprintf(why, sizeof why, "process %s %.400s, and this system refuses that: %s", names[who], what,
                 error_name(told->error));
        lab_not_available(why);
    }
    if (!is_needed || (!has_failed && told->kind != KILLED))
        return;
    if (has_failed && is_limit(told->error)) {
        snprintf(why, sizeof why, "%s %.400s: fails with %s: a limit of this system, or of this user",
                 names[who], what, error_name(told->error));
        lab_not_available(why);
    }
    snprintf(why, sizeof why, "a step that the rest needs does not succeed: %s %.400s: %.400s", names[who],
             what, observed);
    flush_line();
    lab_not_done(why);
}

static void wait_for(int number, int who, long at)
{
    struct process *process = &board->processes[who];
    struct told *told = &board->told[number];
    time_t begin = seconds();
    for (;;) {
        uint32_t seen = __atomic_load_n(&board->bell, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&process->done, __ATOMIC_SEQ_CST) > at)
            return;
        reap();
        if (__atomic_load_n(&process->is_dead, __ATOMIC_SEQ_CST)) {
            char why[200];
            int signal = WIFSIGNALED(process->status) ? WTERMSIG(process->status) : 0;
            if (process->step == number && (signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT)) {
                memset(told->has, 0, sizeof told->has);
                told->kind = KILLED, told->signal = signal, told->at = at;
                told->code = process->signal == signal ? process->code : 0, told->address = process->address;
                return;
            }
            snprintf(why, sizeof why, "process %s is gone (%s)", names[who],
                     signal ? signal_name(signal) : "it ended");
            lab_not_done(why);
        }
        if (stopped) {
            printf("  verdict    stopped\n");
            leave(2);
        }
        if (seconds() - begin > PATIENCE) {
            char why[200];
            snprintf(why, sizeof why, "process %s does not do its step within %d s", names[who], PATIENCE);
            lab_not_done(why);
        }
        wait_bell(seen);
    }
}

int lab_step(int number, int who, const char *what, int is_needed)
{
    long at = next++, first = at;
    if (group_left > 0)
        group_left--, first = group_first;
    if (lab_me == MAIN) {
        flush_line();
        if (board->turn <= at) {
            __atomic_store_n(&board->turn, at + 1, __ATOMIC_SEQ_CST);
            ring();
        }
        hold_line(number, who, what, at);
        if (who == MAIN) {
            now_step = number;
            clock_gettime(CLOCK_MONOTONIC, &step_began);
            return 1;
        }
        held.is_held = 0;
        wait_for(number, who, at);
        hold_line(number, who, what, at);
        say_told(&board->told[number]);
        need(&board->told[number], who, what, is_needed);
        return 0;
    }
    if (who != lab_me || at < resume)
        return 0;
    for (;;) {
        uint32_t seen = __atomic_load_n(&board->bell, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&board->turn, __ATOMIC_SEQ_CST) > first)
            break;
        reap();
        wait_bell(seen);
    }
    now_step = number;
    board->processes[lab_me].step = number;
    clock_gettime(CLOCK_MONOTONIC, &step_began);
    return 1;
}

void lab_start(int number, int who)
{
    long at = next++;
    char whom[16], fd[16];
    if (lab_me != MAIN)
        return;
    flush_line();
    snprintf(whom, sizeof whom, "%d", who);
    snprintf(fd, sizeof fd, "%d", board_fd);
    pid_t pid = fork();
    if (pid == 0) {
        /* A program of its own: nothing of main's memory is in it. */
        execl("/proc/self/exe", claim->name, "--peer", whom, fd, (char *) NULL);
        _exit(3);
    }
    if (pid < 0)
        lab_not_done("no process can be started");
    board->processes[who].pid = pid;
    board->told[number].kind = DONE, board->told[number].at = at;
    hold_line(number, who, "starts as a process of its own", at);
    snprintf(observed, sizeof observed, "runs");
}

void lab_look(int number, const char *what, const char *words)
{
    long at = next++;
    if (lab_me != MAIN)
        return;
    flush_line();
    board->told[number].kind = DONE, board->told[number].at = at;
    hold_line(number, MAIN, what, at);
    snprintf(observed, sizeof observed, "%s", words);
}

int lab_decided(int holds)
{
    long index = n_decisions++;
    if (index >= MOST_DECISIONS)
        lab_not_done("there are too many rounds");
    if (lab_me == MAIN) {
        __atomic_store_n(&board->decisions[index], holds ? 2 : 1, __ATOMIC_SEQ_CST);
        ring();
        return holds;
    }
    for (;;) {
        uint32_t seen = __atomic_load_n(&board->bell, __ATOMIC_SEQ_CST);
        unsigned char decision = __atomic_load_n(&board->decisions[index], __ATOMIC_SEQ_CST);
        if (decision != 0)
            return decision == 2;
        reap();
        wait_bell(seen);
    }
}

void lab_share(int who, const char *place)
{
    struct process *process = &board->processes[who];
    n_places[who]++;
    if (lab_me != who)
        return;
    process->place = (unsigned long) place;
    __atomic_store_n(&process->n_places, n_places[who], __ATOMIC_SEQ_CST);
    ring();
}

char *place_of(int who)
{
    struct process *process = &board->processes[who];
    for (;;) {
        uint32_t seen = __atomic_load_n(&board->bell, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&process->n_places, __ATOMIC_SEQ_CST) >= n_places[who])
            return (char *) process->place;
        wait_bell(seen);
    }
}

pid_t pid_of(int who)
{
    return board->processes[who].pid;
}

void exec_again(int kept)
{
    char whom[16], fd[16], steps[24], its[16];
    snprintf(whom, sizeof whom, "%d", lab_me);
    snprintf(fd, sizeof fd, "%d", board_fd);
    snprintf(steps, sizeof steps, "%ld", next - 1);
    snprintf(its, sizeof its, "%d", kept);
    execl("/proc/self/exe", claim->name, "--peer", whom, fd, steps, its, (char *) NULL);
    told_failed(errno);
}

int after_exec(void)
{
    return kept_fd >= 0;
}

int kept_descriptor(void)
{
    return kept_fd;
}

int lab_end(void)
{
    /* What the others have mapped is there until main is done. */
    while (lab_me != MAIN) {
        uint32_t seen = __atomic_load_n(&board->bell, __ATOMIC_SEQ_CST);
        reap();
        wait_bell(seen);
    }
    flush_line();
    if (n_checks == 0)
        printf("  verdict    told: nothing is expected of these steps\n");
    else if (n_differ == 0)
        printf("  observed   %s\n  verdict    as predicted\n", claim->predicted);
    else
        printf("  observed   otherwise in %d of %d checks, which are marked \u2717\n"
               "  verdict    differs from the prediction\n", n_differ, n_checks);
    leave(n_differ == 0 ? 0 : 1);
}

/* ---- what ends a step ---- */

static struct told *tell(enum kind kind)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct told *told = &board->told[now_step];
    memset(told->has, 0, sizeof told->has);
    told->kind = kind, told->at = next - 1, told->error = 0, told->is_refused = 0, told->len = 0;
    told->has[NANOSECONDS] = 1;
    long took = (now.tv_sec - step_began.tv_sec) * 1000000000L + now.tv_nsec - step_began.tv_nsec;
    told->values[NANOSECONDS] = (uint64_t) took;
    return told;
}

static void put(struct told *told, enum figure figure, uint64_t value)
{
    told->values[figure] = value;
    told->has[figure] = 1;
}

static void finish(void)
{
    if (lab_me == MAIN) {
        say_told(&board->told[now_step]);
        need(&board->told[now_step], MAIN, held.what, 1);
        return;
    }
    board->processes[lab_me].step = 0;
    __atomic_store_n(&board->processes[lab_me].done, next, __ATOMIC_SEQ_CST);
    ring();
}

void told_done(void)
{
    tell(DONE);
    finish();
}

void told_failed(int error)
{
    tell(FAILED)->error = error;
    finish();
}

/* The same, of what is the system's to grant. */
static void told_refused(int error)
{
    struct told *told = tell(FAILED);
    told->error = error, told->is_refused = 1;
    finish();
}

void told_granted(long result)
{
    int error = errno;
    if (result == -1)
        told_refused(error);
    else
        told_done();
}

void told(long result)
{
    int error = errno;
    if (result == -1)
        told_failed(error);
    else
        told_done();
}

void told_error(int error)
{
    if (error)
        told_failed(error);
    else
        told_done();
}

void told_map(const void *result)
{
    told(result == MAP_FAILED ? -1 : 0);
}

void told_pointer(const void *result)
{
    told_error(result ? 0 : ENOMEM);
}

void told_bytes(const void *from, ssize_t len)
{
    int error = errno;
    if (len < 0) {
        told_failed(error);
        return;
    }
    struct told *told = tell(SOME_BYTES);
    told->len = (size_t) len < MOST_BYTES ? (size_t) len : MOST_BYTES;
    memcpy(told->bytes, from, told->len);
    put(told, BYTES, told->len);
    if (told->len <= 8) {
        uint64_t word = 0;
        for (size_t i = told->len; i-- > 0;)
            word = word << 8 | told->bytes[i];
        put(told, WORD, word);
    }
    finish();
}

void told_number(unsigned long value)
{
    put(tell(A_NUMBER), NUMBER, value);
    finish();
}

void told_count(long result)
{
    int error = errno;
    if (result == -1)
        told_failed(error);
    else
        told_number((unsigned long) result);
}

void told_process(int who, pid_t child)
{
    int error = errno;
    if (child < 0) {
        told_failed(error);
        return;
    }
    board->processes[who].pid = child;
    put(tell(A_PROCESS), NUMBER, (uint64_t) child);
    finish();
}

void told_repeated(unsigned long times, int error)
{
    struct told *told = tell(REPEATED);
    put(told, NUMBER, times);
    told->error = error;
    finish();
}

/* ---- what the kernel says ---- */

/* Each line of a file of /proc, without memory of its own: what is looked at must not change by looking. */
static int each_line(const char *path, void (*take)(char *line, void *with), void *with)
{
    static char room[16384];
    size_t have = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    for (;;) {
        ssize_t n = read(fd, room + have, sizeof room - 1 - have);
        if (n <= 0)
            break;
        have += (size_t) n;
        char *from = room, *end;
        while ((end = memchr(from, '\n', have - (size_t) (from - room)))) {
            *end = 0;
            take(from, with);
            from = end + 1;
        }
        have -= (size_t) (from - room);
        memmove(room, from, have);
    }
    close(fd);
    return 0;
}

struct look {
    struct told *told;
    unsigned long start, end;
    int is_ours;
    long count;
    uint64_t space, locked, resident, tables, swapped;
};

/* Whether the line begins with a range of addresses, and that has one in common with what is looked for. */
static int is_range(const char *text, unsigned long *start, unsigned long *end)
{
    char *after;
    *start = strtoul(text, &after, 16);
    if (after == text || *after != '-')
        return 0;
    text = after + 1;
    *end = strtoul(text, &after, 16);
    return after != text && *after == ' ';
}

static int is_within(const char *text, const struct look *look)
{
    unsigned long start, end;
    return is_range(text, &start, &end) && start < look->end && look->start < end;
}

static void take_map(char *text, void *with)
{
    struct look *look = with;
    struct told *told = look->told;
    size_t len = strlen(text);
    if (!is_within(text, look) || told->len + len + 1 > MOST_BYTES)
        return;
    if (look->count++ > 0)
        told->bytes[told->len++] = '\n';
    memcpy(told->bytes + told->len, text, len + 1);
    told->len += len;
}

static struct look place(struct told *told, const char *at, size_t len)
{
    struct look look = {.told = told, .start = (unsigned long) at, .end = (unsigned long) at + len};
    return look;
}

void told_lines(const char *at, size_t len)
{
    struct told *told = tell(SOME_LINES);
    struct look look = place(told, at, len);
    if (each_line("/proc/self/maps", take_map, &look) != 0) {
        told_refused(errno);
        return;
    }
    put(told, LINES, (uint64_t) look.count);
    finish();
}

static void take_sum(char *text, void *with)
{
    static const struct { const char *field; enum figure figure; } fields[] = {
        {"Rss:", RSS}, {"Pss:", PSS}, {"Shared_Clean:", SHARED_CLEAN}, {"Shared_Dirty:", SHARED_DIRTY},
        {"Private_Clean:", PRIVATE_CLEAN}, {"Private_Dirty:", PRIVATE_DIRTY}, {"Anonymous:", ANONYMOUS_KIB},
        {"AnonHugePages:", HUGE_KIB}, {"LazyFree:", LAZY_FREE}, {"Swap:", SWAPPED},
    };
    struct look *look = with;
    unsigned long start, end;
    if (is_range(text, &start, &end)) {
        look->is_ours = is_within(text, look);
        return;
    }
    for (size_t i = 0; look->is_ours && i < sizeof fields / sizeof *fields; i++)
        if (strncmp(text, fields[i].field, strlen(fields[i].field)) == 0)
            look->told->values[fields[i].figure] += strtoul(text + strlen(fields[i].field), NULL, 10);
}

void told_sums(const char *at, size_t len)
{
    struct told *told = tell(SUMS);
    struct look look = place(told, at, len);
    for (enum figure figure = RSS; figure <= SWAPPED; figure++)
        put(told, figure, 0);
    if (each_line("/proc/self/smaps", take_sum, &look) != 0)
        told_refused(errno);
    else
        finish();
}

static void take_size(char *text, void *with)
{
    struct look *look = with;
    if (strncmp(text, "VmSize:", 7) == 0)
        look->space = strtoul(text + 7, NULL, 10);
    if (strncmp(text, "VmLck:", 6) == 0)
        look->locked = strtoul(text + 6, NULL, 10);
    if (strncmp(text, "VmPTE:", 6) == 0)
        look->tables = strtoul(text + 6, NULL, 10);
    if (strncmp(text, "Swap:", 5) == 0)
        look->swapped = strtoul(text + 5, NULL, 10);
    if (strncmp(text, "Rss:", 4) == 0)
        look->resident = strtoul(text + 4, NULL, 10);
}

static void take_area(char *text, void *with)
{
    struct look *look = with;
    look->count += text[0] != 0;
}

void told_memory(void)
{
    struct told *told = tell(MEMORY);
    struct look look = place(told, NULL, 0);
    if (each_line("/proc/self/status", take_size, &look) != 0
        || each_line("/proc/self/smaps_rollup", take_size, &look) != 0
        || each_line("/proc/self/maps", take_area, &look) != 0) {
        told_refused(errno);
        return;
    }
    put(told, PAGE_TABLES, look.tables);
    put(told, SWAPPED, look.swapped);
    put(told, AREAS, (uint64_t) look.count);
    put(told, ADDRESS_SPACE, look.space);
    put(told, LOCKED, look.locked);
    put(told, RESIDENT, look.resident);
    finish();
}

/* The entries of /proc/self/pagemap for `len` bytes at an address, one by one (proc_pid_pagemap(5)): how
   many there are, or -1 and errno. */
static long each_entry(const char *at, size_t len, void (*take)(struct told *told, uint64_t entry),
                       struct told *told)
{
    static uint64_t entries[512];
    unsigned long page = (unsigned long) sysconf(_SC_PAGESIZE);
    unsigned long first = (unsigned long) at / page, last = ((unsigned long) at + len + page - 1) / page;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    for (unsigned long i = first; i < last;) {
        size_t want = last - i < 512 ? last - i : 512;
        ssize_t n = pread(fd, entries, want * 8, (off_t) (i * 8));
        if (n == 0)
            lab_not_done("/proc/self/pagemap ends early");
        if (n < 0) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        for (ssize_t j = 0; j < n / 8; j++, i++)
            take(told, entries[j]);
    }
    close(fd);
    return (long) (last - first);
}

static void take_page(struct told *told, uint64_t entry)
{
    /* Bit 63: there is a page; 62: it is swapped out; 61: it is of a file, or of shared memory. */
    int is_there = entry >> 63 & 1, is_swapped = entry >> 62 & 1, is_file = entry >> 61 & 1;
    char page = is_there ? (is_file ? 'F' : 'C') : is_swapped && !is_file ? 'S' : '-';
    if (told->len < MOST_BYTES)
        told->bytes[told->len++] = (unsigned char) page;
}

void told_pages(const char *at, size_t len, enum backing backing)
{
    struct told *told = tell(SOME_PAGES);
    uint64_t there = 0;
    told->backing = backing;
    long n = each_entry(at, len, take_page, told);
    if (n < 0) {
        told_refused(errno);
        return;
    }
    put(told, PAGES, (uint64_t) n);
    for (size_t i = 0; i < told->len; i++)
        there += told->bytes[i] != '-';
    put(told, PAGES_THERE, there);
    finish();
}

static void take_frame(struct told *told, uint64_t entry)
{
    uint64_t frame = entry >> 63 & 1 ? entry & ((1UL << 55) - 1) : 0;
    if (told->len + 8 <= MOST_BYTES) {
        memcpy(told->bytes + told->len, &frame, 8);
        told->len += 8;
    }
}

void told_frames(const char *at, size_t len)
{
    struct told *told = tell(FRAMES);
    long n = each_entry(at, len, take_frame, told);
    if (n < 0) {
        told_refused(errno);
        return;
    }
    put(told, PAGES, (uint64_t) n);
    finish();
}

void told_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct told *told = tell(FAULTS);
    put(told, MINOR_FAULTS, (uint64_t) usage.ru_minflt);
    put(told, MAJOR_FAULTS, (uint64_t) usage.ru_majflt);
    finish();
}

void told_resident(const char *at, size_t len)
{
    unsigned long page = (unsigned long) sysconf(_SC_PAGESIZE), n = (len + page - 1) / page;
    if (n > MOST_BYTES)
        lab_not_done("so many pages cannot be told of at once");
    if (mincore((void *) (uintptr_t) at, len, bytes) != 0) {
        told_failed(errno);
        return;
    }
    struct told *told = tell(IN_MEMORY);
    uint64_t there = 0;
    for (unsigned long i = 0; i < n; i++)
        there += told->bytes[i] = bytes[i] & 1;
    told->len = n;
    put(told, PAGES, n);
    put(told, PAGES_THERE, there);
    finish();
}

void told_stat(int fd)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0) {
        told_failed(errno);
        return;
    }
    struct told *told = tell(STAT);
    put(told, LENGTH, (uint64_t) stat.st_size);
    put(told, BLOCKS, (uint64_t) stat.st_blocks);
    put(told, NAMES, stat.st_nlink);
    put(told, MODIFIED, (uint64_t) stat.st_mtim.tv_sec * 1000000000 + (uint64_t) stat.st_mtim.tv_nsec);
    finish();
}

void told_room(int fd)
{
    struct statfs stat;
    if (fstatfs(fd, &stat) != 0)
        told_failed(errno);
    else
        told_number((unsigned long) stat.f_bfree * (unsigned long) stat.f_bsize);
}

void told_cache(int fd)
{
    /* cachestat(2), of Linux 6.5: where to look, and what it says. */
    uint64_t range[2] = {0, 0}, found[5] = {0};
    if (syscall(451, fd, range, found, 0) != 0) {
        told_failed(errno);
        return;
    }
    struct told *told = tell(CACHE);
    put(told, CACHED, found[0]);
    put(told, DIRTY_PAGES, found[1]);
    put(told, WRITEBACK, found[2]);
    finish();
}

/* ---- rules ---- */

int is_done(int step)
{
    return board->told[step].kind == DONE;
}

int failed_with(int step, int error)
{
    return board->told[step].kind == FAILED && board->told[step].error == error;
}

int is_bytes(int step, const void *wanted, size_t len)
{
    const struct told *told = &board->told[step];
    return told->kind == SOME_BYTES && told->len == len && memcmp(told->bytes, wanted, len) == 0;
}

int ended_with(int step, int error)
{
    return board->told[step].kind == REPEATED && board->told[step].error == error;
}

int was_killed(int step, int signal, int code)
{
    const struct told *told = &board->told[step];
    return told->kind == KILLED && told->signal == signal && (code == 0 || told->code == code);
}

int is_pages(int step, const char *wanted)
{
    const struct told *told = &board->told[step];
    if (told->kind != SOME_PAGES || told->len != strlen(wanted))
        return 0;
    for (size_t i = 0; i < told->len; i++)
        if (told->bytes[i] != wanted[i] && !(wanted[i] == 'C' && told->bytes[i] == 'S'))
            return 0;
    return 1;
}

int is_same(int step, int other)
{
    const struct told *one = &board->told[step], *two = &board->told[other];
    if (one->kind == NOTHING || one->kind != two->kind || one->error != two->error || one->len != two->len)
        return 0;
    for (int i = 0; i < N_FIGURES; i++)
        if (i != NANOSECONDS
            && (one->has[i] != two->has[i] || (one->has[i] && one->values[i] != two->values[i])))
            return 0;
    if (one->kind == KILLED)
        return one->signal == two->signal && one->code == two->code && one->address == two->address;
    return memcmp(one->bytes, two->bytes, one->len) == 0;
}

number figure(int step, enum figure figure)
{
    const struct told *told = &board->told[step];
    return told->kind != NOTHING && told->has[figure] ? (number) told->values[figure] : (number) NAN;
}

number frame_of(int step, size_t page)
{
    const struct told *told = &board->told[step];
    uint64_t frame = 0;
    if (told->kind == FRAMES && 8 * page + 8 <= told->len)
        memcpy(&frame, told->bytes + 8 * page, 8);
    return frame ? (number) frame : (number) NAN;
}

/* A line of /proc/self/maps. */
struct area {
    unsigned long start, end, offset;
    char allows[8];
    const char *name;
};

static int area_of(int step, int index, struct area *area)
{
    const struct told *told = &board->told[step];
    const char *text = (const char *) told->bytes;
    int name = 0;
    if (told->kind != SOME_LINES || told->len == 0)
        return 0;
    while (index-- > 0) {
        text = strchr(text, '\n');
        if (!text)
            return 0;
        text++;
    }
    /* Device and inode stand before the name. */
    if (sscanf(text, "%lx-%lx %7s %lx %*s %*s %n", &area->start, &area->end, area->allows, &area->offset,
               &name) < 4)
        return 0;
    area->name = name ? text + name : "";
    return 1;
}

number line_start(int step, int index)
{
    struct area area;
    return area_of(step, index, &area) ? (number) area.start : (number) NAN;
}

number line_end(int step, int index)
{
    struct area area;
    return area_of(step, index, &area) ? (number) area.end : (number) NAN;
}

number line_offset(int step, int index)
{
    struct area area;
    return area_of(step, index, &area) ? (number) area.offset : (number) NAN;
}

int lines_allow(int step, const char *wanted)
{
    struct area area;
    int index = 0;
    for (; *wanted; index++) {
        size_t len = strcspn(wanted, " ");
        if (!area_of(step, index, &area) || strncmp(area.allows, wanted, len) != 0)
            return 0;
        wanted += len;
        wanted += strspn(wanted, " ");
    }
    return board->told[step].kind == SOME_LINES && !area_of(step, index, &area);
}

int lines_are_named(int step, const char *name)
{
    struct area area;
    int index = 0;
    for (; area_of(step, index, &area); index++) {
        size_t len = strcspn(area.name, "\n");
        const char *found = strstr(area.name, name);
        if (!found || found >= area.name + len)
            return 0;
    }
    return index > 0;
}

int lines_are_nameless(int step)
{
    struct area area;
    for (int index = 0; area_of(step, index, &area); index++)
        if (area.name[0] && area.name[0] != '\n' && strncmp(area.name, "[anon", 5) != 0)
            return 0;
    return board->told[step].kind == SOME_LINES;
}

number stretches(int first, ...)
{
    struct area known[64], area;
    int n = 0;
    va_list list;
    va_start(list, first);
    for (int step = first; step; step = va_arg(list, int)) {
        if (board->told[step].kind != SOME_LINES) {
            va_end(list);
            return (number) NAN;
        }
        for (int index = 0; area_of(step, index, &area); index++) {
            int i = 0;
            while (i < n && !(known[i].start < area.end && area.start < known[i].end))
                i++;
            if (i == n && n < 64)
                known[n++] = area;
        }
    }
    va_end(list);
    return n;
}

static void say_time(struct text *text, double seconds)
{
    if (seconds < 1e-6)
        add(text, "%.0f ns", seconds * 1e9);
    else if (seconds < 1e-3)
        add(text, "%.1f \u00b5s", seconds * 1e6);
    else if (seconds < 1)
        add(text, "%.2f ms", seconds * 1e3);
    else
        add(text, "%.2f s", seconds);
}

const char *say(const char *words, ...)
{
    static char room[4][2048];
    static int turn;
    char *into = room[turn = (turn + 1) % 4];
    struct text text = {into, sizeof room[0]};
    va_list list;
    into[0] = 0;
    va_start(list, words);
    while (*words) {
        int is_time = strncmp(words, "{time}", 6) == 0;
        if (is_time || strncmp(words, "{}", 2) == 0) {
            number value = va_arg(list, number);
            if (isnan(value))
                add(&text, "unknown");
            else if (is_time)
                say_time(&text, (double) value / 1e9);
            else
                add(&text, "%.0Lf", value);
            words += is_time ? 6 : 2;
        } else {
            add(&text, "%c", *words++);
        }
    }
    va_end(list);
    return into;
}

/* ---- scratch files ---- */

/* A scratch file cannot be made: where there is too little of something, or a limit, that is the system's
   doing. */
static _Noreturn void unwritten(int error)
{
    char why[100];
    snprintf(why, sizeof why, "a scratch file cannot be written: %s", error_name(error));
    if (error == EFBIG || error == ENOSPC || error == EDQUOT || error == ENOMEM)
        lab_not_available(why);
    lab_not_done(why);
}

static FILE *make(const char *name)
{
    FILE *file = fopen(name, "we");
    if (!file)
        unwritten(errno);
    errno = 0;
    return file;
}

static void made(FILE *file, int is_synced)
{
    int has_failed = ferror(file) || fflush(file) != 0 || (is_synced && fsync(fileno(file)) != 0);
    int error = errno;
    if (fclose(file) != 0 && !has_failed)
        has_failed = 1, error = errno;
    if (has_failed)
        unwritten(error);
}

void make_letters(const char *name, char first, long pages)
{
    FILE *file = make(name);
    for (long i = 0; i < pages; i++)
        for (long j = 0; j < claim->page_bytes; j++)
            fputc(first + (int) (i % 26), file);
    made(file, 0);
}

void make_bytes(const char *name, const void *from, size_t len)
{
    FILE *file = make(name);
    if (len > 0)
        fwrite(from, len, 1, file);
    made(file, 0);
}

void make_hole(const char *name, off_t len)
{
    FILE *file = make(name);
    if (ftruncate(fileno(file), len) != 0)
        unwritten(errno);
    made(file, 0);
}

void make_noise(const char *name, off_t len)
{
    /* In large pieces: of how large ones a file is written decides of how large ones it is mapped. */
    static char piece[1 << 20];
    FILE *file = make(name);
    setvbuf(file, piece, _IOFBF, sizeof piece);
    uint64_t state = 0x9e3779b97f4a7c15;
    for (off_t at = 0; at < len; at += 8) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        fwrite(&state, len - at < 8 ? (size_t) (len - at) : 8, 1, file);
    }
    made(file, 1);
}

/* ---- loads and stores ---- */

void load_each_page(const char *from, size_t len)
{
    size_t page = (size_t) claim->page_bytes;
    unsigned char byte;
    for (size_t at = 0; at < len; at += page - ((size_t) from + at) % page)
        load(&byte, from + at, 1);
}

void store_each_page(char *from, size_t len)
{
    size_t page = (size_t) claim->page_bytes;
    for (size_t at = 0; at < len; at += page - ((size_t) from + at) % page)
        store(from + at, "\1", 1);
}

const void *filled(int byte, size_t len)
{
    static unsigned char room[2][MOST_BYTES];
    static int turn;
    unsigned char *into = room[turn = !turn];
    memset(into, byte, len < MOST_BYTES ? len : MOST_BYTES);
    return into;
}

const void *padded(const void *from, size_t n, size_t len)
{
    static unsigned char room[MOST_BYTES];
    memset(room, 0, sizeof room);
    memcpy(room, from, n < len ? n : len);
    return room;
}

int pwrite_all(int fd, const void *from, size_t len, off_t at)
{
    const char *left = from;
    while (len > 0) {
        ssize_t n = pwrite(fd, left, len, at);
        if (n <= 0)
            return -1;
        left += n, at += n, len -= (size_t) n;
    }
    return 0;
}

/* ---- more than a call ---- */

int store_by_vfork(char *into, const void *from, size_t len)
{
    int status;
    pid_t child = vfork();
    if (child == 0) {
        store(into, from, len);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static char *mended_at;
static size_t mended_len;

static void on_hole(int signal, siginfo_t *info, void *context)
{
    size_t page = (size_t) claim->page_bytes;
    char *at = info->si_addr;
    if (info->si_code > 0 && at >= mended_at && at < mended_at + mended_len) {
        at -= (uintptr_t) at % page;
        const int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS;
        if (mmap(at, page, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED)
            return; /* the instruction is made once more */
    }
    on_fault(signal, info, context);
}

void mend_holes(char *at, size_t len)
{
    size_t page = (size_t) claim->page_bytes;
    mended_at = at, mended_len = (len + page - 1) / page * page;
    struct sigaction action = {.sa_sigaction = on_hole, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGBUS, &action, NULL);
}

/* A word of 64 bits, which need not be aligned. */
typedef volatile uint64_t word __attribute__((aligned(1), may_alias));

static uint64_t load_word(const char *at)
{
    return *(const word *) at;
}

static void store_word(char *at, uint64_t value)
{
    *(word *) at = value;
}

static uint64_t acquire(const char *at)
{
    return __atomic_load_n((const uint64_t *) (const void *) at, __ATOMIC_ACQUIRE);
}

static void release(char *at, uint64_t value)
{
    __atomic_store_n((uint64_t *) (void *) at, value, __ATOMIC_RELEASE);
}

/* Looks until the word is this or more; others are let run now and then. */
static void until(const char *at, uint64_t value)
{
    for (unsigned looks = 1; acquire(at) < value; looks++)
        if (looks % 20000 == 0)
            sched_yield();
}

uint64_t start_line(char *at, unsigned racers)
{
    uint64_t own = __atomic_add_fetch((uint64_t *) (void *) at, 1, __ATOMIC_SEQ_CST);
    uint64_t all = (own + racers - 1) / racers * racers;
    until(at, all);
    return all;
}

static void tell_raced(const uint64_t *counts)
{
    struct told *told = tell(RACED);
    for (int i = 0; i < 5; i++)
        put(told, (enum figure) (ROUNDS + i), counts[i]);
    finish();
}

void told_added(unsigned long rounds)
{
    uint64_t counts[5] = {rounds};
    tell_raced(counts);
}

/* Behind the start line: where the end of a race is marked. Within the words: one across the end of a
   cache line, and the counter of the seqlock. */
enum { END = 64, ACROSS = 60, COUNTER = 128, APART = 128 };

void told_written_words(char *line, uint64_t race, char *words, int counted)
{
    uint64_t counts[5] = {0};
    uint64_t *counter = (uint64_t *) (void *) (words + COUNTER);
    while (acquire(line + END) < race) {
        uint64_t value = counts[0] % 2 == 0 ? UINT64_MAX : 0;
        if (counted)
            __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
        store_word(words, value);
        store_word(words + 8, value);
        store_word(words + ACROSS, value);
        if (counted)
            __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
        counts[0]++;
    }
    tell_raced(counts);
}

void told_read_words(char *line, uint64_t race, char *words, unsigned long rounds, int counted)
{
    uint64_t counts[5] = {0};
    while (counts[0] < rounds) {
        uint64_t count = acquire(words + COUNTER);
        uint64_t first = load_word(words), second = load_word(words + 8), across = load_word(words + ACROSS);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        /* Somebody stored meanwhile: it does not count. */
        if (counted && (count % 2 != 0 || acquire(words + COUNTER) != count))
            continue;
        counts[0]++;
        counts[1] += first != 0 && first != UINT64_MAX;
        counts[2] += first != second;
        counts[3] += across != 0 && across != UINT64_MAX;
    }
    release(line + END, race);
    tell_raced(counts);
}

void told_store_then_load(char *words, unsigned long rounds, int first, int fenced)
{
    char *own = words + (first ? 0 : APART), *other = words + (first ? APART : 0);
    /* What the second one saw, which round may begin, and which one the second has done. */
    char *seen = words + 2 * APART, *begin = words + 3 * APART, *done = words + 4 * APART;
    const uint64_t over = UINT64_MAX; /* in place of a round: there is none any more */
    uint64_t counts[5] = {0};
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (uint64_t round = 1; round <= rounds; round++) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        /* Half a second at most. */
        if (first && (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 > 500)
            break;
        if (first) {
            store_word(own, 0);
            store_word(other, 0);
            release(begin, round);
            /* It takes the other side some time to hear of it: now and then both are as late. */
            for (volatile unsigned step = 0; step < round % 400;)
                step = step + 1;
        } else {
            until(begin, round);
            if (acquire(begin) == over)
                break;
        }
        store_word(own, 1);
        if (fenced)
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
        uint64_t loaded = load_word(other);
        if (first) {
            until(done, round);
            counts[4] += loaded == 0 && load_word(seen) == 0;
        } else {
            store_word(seen, loaded);
            release(done, round);
        }
        counts[0]++;
    }
    if (first) {
        /* The second one says that it has heard, so that the next race begins as the first one did. */
        release(begin, over);
        until(done, over);
        release(done, 0);
        release(begin, 0);
    } else {
        until(begin, over);
        release(done, over);
    }
    tell_raced(counts);
}

long futex_wait(char *at, uint32_t value, int is_private, long milliseconds)
{
    struct timespec most = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    return syscall(SYS_futex, at, FUTEX_WAIT | (is_private ? FUTEX_PRIVATE_FLAG : 0), value, &most, NULL, 0);
}

long futex_wake(char *at, uint32_t count, int is_private, long milliseconds)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        const int operation = FUTEX_WAKE | (is_private ? FUTEX_PRIVATE_FLAG : 0);
        long woken = syscall(SYS_futex, at, operation, count, NULL, NULL, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
        long passed = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
        if (woken != 0 || passed >= milliseconds)
            return woken;
        sched_yield();
    }
}

int shared_mutex(char *at, int robust)
{
    pthread_mutexattr_t how;
    int error = pthread_mutexattr_init(&how);
    if (!error)
        error = pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    if (!error && robust)
        error = pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    return error ? error : pthread_mutex_init((pthread_mutex_t *) (void *) at, &how);
}

int lock_within(char *at, long milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000, until.tv_nsec += milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000)
        until.tv_sec++, until.tv_nsec -= 1000000000;
    return pthread_mutex_timedlock((pthread_mutex_t *) (void *) at, &until);
}

int soft_limit(int resource, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        return -1;
    limit.rlim_cur = value == RLIM_INFINITY ? limit.rlim_max : value;
    return setrlimit(resource, &limit);
}

int protect_every_second_page(char *at, size_t len, unsigned long *times)
{
    size_t page = (size_t) claim->page_bytes;
    *times = 0;
    for (size_t i = 0; i < len; i += 2 * page, ++*times)
        if (mprotect(at + i, page, PROT_READ) != 0)
            return -1;
    return 0;
}

static struct undo *undone(void)
{
    uint32_t index = __atomic_fetch_add(&board->n_undone, 1, __ATOMIC_SEQ_CST);
    if (index >= MOST_UNDONE)
        lab_not_done("there is too much to undo");
    return &board->undone[index];
}

const char *shm_name(const char *name)
{
    static char room[64];
    snprintf(room, sizeof room, "/lab-%s-%d", name, (int) board->main);
    return room;
}

void remove_at_the_end(const char *name)
{
    struct undo *undo = undone();
    undo->value = -1;
    snprintf(undo->path, sizeof undo->path, "/dev/shm%s", name);
}

int set_breakpoint(pid_t child, char *there, unsigned char byte)
{
    int status;
    if (ptrace(PTRACE_ATTACH, child, NULL, NULL) != 0)
        return -1;
    waitpid(child, &status, __WALL); /* until it stands still */
    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, child, there, NULL);
    int error = errno;
    if (!error) {
        memcpy(&word, &byte, 1);
        error = ptrace(PTRACE_POKETEXT, child, there, (void *) word) != 0 ? errno : 0;
    }
    ptrace(PTRACE_DETACH, child, NULL, NULL);
    errno = error;
    return error ? -1 : 0;
}

void remove_segment_at_the_end(int segment)
{
    undone()->value = segment;
}

int tune(const char *path, unsigned long value)
{
    char text[32] = "";
    int fd = open(path, O_RDWR | O_CLOEXEC);
    /* Whoever else turns it holds this lock; it goes when this process ends. */
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || read(fd, text, sizeof text - 1) < 0)
        return -1;
    struct undo *undo = undone();
    undo->value = atol(text);
    snprintf(undo->path, sizeof undo->path, "%s", path);
    snprintf(text, sizeof text, "%lu", value);
    return pwrite(fd, text, strlen(text), 0) < 0 ? -1 : 0;
}

static int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), failed = fd < 0 || write(fd, text, strlen(text)) < 0;
    if (fd >= 0)
        close(fd);
    return failed ? -1 : 0;
}

/* A user and a mount namespace of this process's own, in which it is the same user, and may mount. */
static int enter_namespaces(void)
{
    char map[64];
    unsigned user = geteuid(), group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(map, sizeof map, "%u %u 1", user, user);
    if (write_text("/proc/self/uid_map", map) != 0 || write_text("/proc/self/setgroups", "deny") != 0)
        return -1;
    snprintf(map, sizeof map, "%u %u 1", group, group);
    return write_text("/proc/self/gid_map", map);
}

int small_disk(unsigned long room)
{
    /* fsopen(2), fsconfig(2) and fsmount(2), by their numbers: older C libraries do not have them. */
    enum { FSOPEN = 430, FSCONFIG = 431, FSMOUNT = 432, SET_STRING = 1, CREATE = 6 };
    char size[24];
    int context = (int) syscall(FSOPEN, "tmpfs", 1);
    if (context < 0 && errno == EPERM && enter_namespaces() == 0)
        context = (int) syscall(FSOPEN, "tmpfs", 1);
    if (context < 0)
        return -1;
    snprintf(size, sizeof size, "%lu", room);
    int fd = -1;
    if (syscall(FSCONFIG, context, SET_STRING, "size", size, 0) == 0
        && syscall(FSCONFIG, context, CREATE, NULL, NULL, 0) == 0) {
        int mount = (int) syscall(FSMOUNT, context, 1, 0);
        if (mount >= 0) {
            fd = openat(mount, "f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            close(mount);
        }
    }
    int error = errno;
    close(context);
    errno = error;
    return fd;
}

int disk_in(int image)
{
    /* In a mount namespace of its own, which ends when the pipe does; the file system lives on with the
       file that is open. */
    static const char script[] = "PATH=\"$PATH:/usr/sbin:/sbin\"; mkfs.ext4 -q -F \"$1\" && "
        "mount -t ext4 -o loop \"$1\" \"$2\" && : > \"$2/f\" && echo mounted && read -r end";
    char link[64], disk[PATH_MAX], folder[PATH_MAX], path[PATH_MAX + 64], line[16] = "";
    int to[2], from[2], fd = -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", image);
    ssize_t len = readlink(link, disk, sizeof disk - 1);
    if (len < 0 || !getcwd(folder, sizeof folder) || pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        return -1;
    disk[len] = 0;
    pid_t helper = fork();
    if (helper == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(to[0], 0), dup2(from[1], 1), dup2(null, 2);
        execlp("unshare", "unshare", "--mount", "sh", "-c", script, "sh", disk, folder, (char *) NULL);
        _exit(1);
    }
    close(to[0]), close(from[1]);
    if (helper > 0 && read(from[0], line, sizeof line - 1) > 0 && strcmp(line, "mounted\n") == 0) {
        snprintf(path, sizeof path, "/proc/%d/root%s/f", (int) helper, folder);
        fd = open(path, O_RDWR | O_CLOEXEC);
    }
    close(to[1]), close(from[0]);
    if (helper > 0)
        waitpid(helper, NULL, 0);
    errno = ENODEV;
    return fd;
}

void told_found(int fd, const void *sought, size_t n)
{
    static char piece[1 << 20];
    size_t kept = 0;
    unsigned long found = 0;
    off_t at = 0;
    ssize_t came;
    while ((came = pread(fd, piece + kept, sizeof piece - kept, at)) > 0) {
        char *from = piece, *end = piece + kept + came, *hit;
        at += came;
        while ((hit = memmem(from, (size_t) (end - from), sought, n)))
            found++, from = hit + n;
        /* What lies across two pieces begins in the end of the first. */
        kept = (size_t) (end - from) < n - 1 ? (size_t) (end - from) : n - 1;
        memmove(piece, end - kept, kept);
    }
    if (came < 0)
        told_failed(errno);
    else
        told_number(found);
}

/* linux/userfaultfd.h, as far as it is needed; older systems lack some of it. */
struct filler {
    int fd;
    unsigned char *page;
};

static void *fill_faults(void *with)
{
    struct filler *filler = with;
    /* A message has 32 bytes: its kind, and at 16 the address. */
    uint64_t message[4], page = (uint64_t) claim->page_bytes;
    struct pollfd poll_fd = {.fd = filler->fd, .events = POLLIN};
    for (;;) {
        poll(&poll_fd, 1, -1);
        if (read(filler->fd, message, sizeof message) != sizeof message)
            continue;
        /* UFFDIO_COPY: where to, from where, how much, mode, and how much was copied. */
        uint64_t copy[5] = {message[2] / page * page, (uint64_t) (uintptr_t) filler->page, page, 0, 0};
        ioctl(filler->fd, 0xc028aa03UL, copy);
    }
    return NULL;
}

int fill_on_fault(char *at, size_t len, const void *from, size_t n)
{
    static struct filler filler;
    static pthread_t thread;
    size_t page = (size_t) claim->page_bytes;
    uint64_t api[3] = {0xaa, 0, 0}, range[4] = {(uint64_t) (uintptr_t) at, len, 1, 0};
    filler.page = malloc(page);
    if (!filler.page)
        return -1;
    for (size_t i = 0; i < page; i++)
        filler.page[i] = ((const unsigned char *) from)[i % n];
    /* UFFD_USER_MODE_ONLY, UFFDIO_API, and UFFDIO_REGISTER of what is missing. */
    filler.fd = (int) syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | 1);
    if (filler.fd < 0 || ioctl(filler.fd, 0xc018aa3fUL, api) != 0
        || ioctl(filler.fd, 0xc020aa00UL, range) != 0)
        return -1;
    errno = pthread_create(&thread, NULL, fill_faults, &filler);
    return errno ? -1 : 0;
}
