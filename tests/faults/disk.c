/* A disk that can be watched and can fail, for one process: preloaded into a real server.
 *
 * It stands between the process and the C library for every call that changes files below
 * FAULTS_ROOT, and
 *   - writes what happened, in order, into the journal FAULTS_JOURNAL, from which `power.rs` rebuilds
 *     every state that a power cut may leave;
 *   - lets the calls fail that FAULTS_FAIL names: "<class>:<n>:<errno>:<once|sticky>", class one of
 *     open, write, sync, rename, n counted from 1, and makes the file FAULTS_FAILED when one did;
 *   - is full (ENOSPC) as long as the file FAULTS_FULL exists;
 *   - stands still, as flushes do not come back, as long as the file FAULTS_STILL exists;
 *   - leaves out the flushes that FAULTS_UNFLUSHED names, "log" (the database's write-ahead log) or
 *     "folders": the sabotage that the power cuts must find.
 *
 * A journal entry is, in the machine's byte order: u32 kind, u32 length of a, u32 length of b, u32 0,
 * u64 file, u64 offset, a, b. Paths are relative to the root. The database's shared memory (-shm) is
 * left out: it does not outlive a machine.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATED = 1, OPENED, WRITTEN, CUT, FLUSHED, RENAMED, REMOVED, MADE_FOLDER, FLUSHED_FOLDER, REMOVED_FOLDER, LINKED };
enum { OPEN, WRITE, SYNC, RENAME, CLASSES };
static const char *const CLASS_NAMES[CLASSES] = { "open", "write", "sync", "rename" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int journal = -1;
static uint64_t journal_length;
static const char *full, *failed, *still;
static int leave_log, leave_folders;
static int fail_class = -1, fail_errno, fail_sticky;
static long fail_at, calls[CLASSES];

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }
#define REAL(type, name, ...) \
    static type (*really)(__VA_ARGS__); \
    if (!really) really = real(name)

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("FAULTS_ROOT");
    if (!folder || !realpath(folder, root)) { root[0] = 0; return; }
    root_length = strlen(root);
    int (*open_really)(const char *, int, ...) = real("open");
    const char *path = getenv("FAULTS_JOURNAL");
    if (path) {
        journal = open_really(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        struct stat about;
        if (journal >= 0 && fstat(journal, &about) == 0) journal_length = about.st_size;
    }
    full = getenv("FAULTS_FULL");
    failed = getenv("FAULTS_FAILED");
    still = getenv("FAULTS_STILL");
    const char *unflushed = getenv("FAULTS_UNFLUSHED");
    leave_log = unflushed && strcmp(unflushed, "log") == 0;
    leave_folders = unflushed && strcmp(unflushed, "folders") == 0;
    const char *fail = getenv("FAULTS_FAIL");
    char class_name[16], error_name[16], how[16];
    if (fail && sscanf(fail, "%15[^:]:%ld:%15[^:]:%15s", class_name, &fail_at, error_name, how) == 4) {
        for (int i = 0; i < CLASSES; i++) if (strcmp(class_name, CLASS_NAMES[i]) == 0) fail_class = i;
        fail_errno = strcmp(error_name, "ENOSPC") == 0 ? ENOSPC : EIO;
        fail_sticky = strcmp(how, "sticky") == 0;
    }
}

/* The path below the root, or NULL: not one of ours. */
static const char *below(const char *path) {
    if (!root_length || strncmp(path, root, root_length) != 0 || path[root_length] != '/') return NULL;
    path += root_length + 1;
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, "-shm") == 0) return NULL;
    return path;
}

static const char *resolve(int folder, const char *path, char *into) {
    if (path[0] == '/') {
        snprintf(into, PATH_MAX, "%s", path);
    } else {
        char base[PATH_MAX], link[64];
        if (folder == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return NULL;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return NULL;
            base[length] = 0;
        }
        if (snprintf(into, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return NULL;
    }
    return below(into);
}

static const char *path_of(int fd, char *into) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, into, PATH_MAX - 1);
    if (length < 0) return NULL;
    into[length] = 0;
    return below(into);
}

static void tell(uint32_t kind, uint64_t file, uint64_t offset, const void *a, uint32_t a_length,
                 const struct iovec *b, int parts, uint32_t b_length) {
    if (journal < 0) return;
    static ssize_t (*really)(int, const struct iovec *, int);
    if (!really) really = real("writev");
    struct { uint32_t kind, a, b, none; uint64_t file, offset; } head = { kind, a_length, b_length, 0, file, offset };
    struct iovec all[2 + 16];
    int count = 0;
    all[count++] = (struct iovec){ &head, sizeof head };
    all[count++] = (struct iovec){ (void *)a, a_length };
    uint32_t left = b_length;
    for (int i = 0; i < parts && i < 16 && left; i++) {
        size_t length = b[i].iov_len < left ? b[i].iov_len : left;
        all[count++] = (struct iovec){ b[i].iov_base, length };
        left -= length;
    }
    ssize_t expected = sizeof head + a_length + b_length;
    if (really(journal, all, count) != expected) {
        static const char gone[] = "the journal of the disk cannot be written\n";
        if (write(2, gone, sizeof gone - 1) < 0) {}
        _exit(97);
    }
    journal_length += expected;
}

static void tell_path(uint32_t kind, uint64_t file, uint64_t offset, const char *a, const char *b) {
    struct iovec second = { (void *)b, b ? strlen(b) : 0 };
    tell(kind, file, offset, a, strlen(a), &second, b ? 1 : 0, b ? strlen(b) : 0);
}

static int is_full(void) { return full && access(full, F_OK) == 0; }

/* Whether the disk is full; sets errno. */
static int no_room(void) {
    if (!is_full()) return 0;
    errno = ENOSPC;
    return 1;
}

/* Whether this call is to fail; sets errno. Called with the lock held. */
static int fails(int class) {
    long call = ++calls[class];
    if (class == fail_class && (fail_sticky ? call >= fail_at : call == fail_at)) {
        REAL(int, "openat", int, const char *, int, ...);
        if (failed) close(really(AT_FDCWD, failed, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        errno = fail_errno;
        return 1;
    }
    return 0;
}

/* Opening ------------------------------------------------------------------------------------------- */

static int open_below(int folder, const char *path, int flags, mode_t mode) {
    REAL(int, "openat", int, const char *, int, ...);
    char whole[PATH_MAX];
    const char *ours = resolve(folder, path, whole);
    if (!ours) return really(folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    int fd = -1;
    if (!fails(OPEN)) {
        struct stat about;
        int is_new = (flags & O_CREAT) && fstatat(folder, path, &about, 0) != 0;
        if (is_new && is_full()) errno = ENOSPC;
        else fd = really(folder, path, flags, mode);
        if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
            tell_path(is_new ? CREATED : OPENED, about.st_ino, 0, ours, NULL);
            if (!is_new && (flags & O_TRUNC)) tell_path(CUT, about.st_ino, 0, ours, NULL);
        }
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return fd;
}

static mode_t mode_of(int flags, va_list *rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(*rest, mode_t) : 0;
}

#define OPENER(name, signature, folder) \
    int name signature { \
        va_list rest; va_start(rest, flags); mode_t mode = mode_of(flags, &rest); va_end(rest); \
        return open_below(folder, path, flags, mode); \
    }
OPENER(open, (const char *path, int flags, ...), AT_FDCWD)
OPENER(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENER(openat, (int folder, const char *path, int flags, ...), folder)
OPENER(openat64, (int folder, const char *path, int flags, ...), folder)
int creat(const char *path, mode_t mode) { return open_below(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* Writing ------------------------------------------------------------------------------------------- */

/* Where a write without an offset goes; -1 if the descriptor is none of ours. */
static off_t place(int fd, struct stat *about) {
    char path[PATH_MAX];
    if (!root_length || fd == journal || fstat(fd, about) != 0 || !S_ISREG(about->st_mode) || !path_of(fd, path))
        return -1;
    int flags = fcntl(fd, F_GETFL);
    return flags & O_APPEND ? about->st_size : lseek(fd, 0, SEEK_CUR);
}

static ssize_t write_below(int fd, const struct iovec *parts, int count, off_t offset, int positioned) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    static ssize_t (*really_at)(int, const struct iovec *, int, off_t);
    if (!really_at) really_at = real("pwritev");
    struct stat about;
    off_t at;
    if (!root_length || fd == journal) return positioned ? really_at(fd, parts, count, offset) : really(fd, parts, count);
    pthread_mutex_lock(&lock);
    at = place(fd, &about);
    ssize_t written = -1;
    if (at < 0) {
        pthread_mutex_unlock(&lock);
        return positioned ? really_at(fd, parts, count, offset) : really(fd, parts, count);
    }
    if (positioned) at = offset;
    if (!fails(WRITE)) {
        if (is_full()) errno = ENOSPC;
        else written = positioned ? really_at(fd, parts, count, offset) : really(fd, parts, count);
    }
    int error = errno;
    if (written > 0) tell(WRITTEN, about.st_ino, at, "", 0, parts, count, written);
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    struct iovec part = { (void *)bytes, length };
    return write_below(fd, &part, 1, 0, 0);
}
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_below(fd, parts, count < 16 ? count : 16, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    struct iovec part = { (void *)bytes, length };
    return write_below(fd, &part, 1, offset, 1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

/* Copying inside of the kernel would not be seen: callers fall back to reading and writing. */
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    (void)from; (void)from_at; (void)to; (void)to_at; (void)length; (void)flags;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile(int to, int from, off_t *at, size_t length) {
    (void)to; (void)from; (void)at; (void)length;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) { return sendfile(to, from, at, length); }

int ftruncate(int fd, off_t length) {
    REAL(int, "ftruncate", int, off_t);
    struct stat about;
    if (!root_length) return really(fd, length);
    pthread_mutex_lock(&lock);
    int done = -1;
    if (place(fd, &about) < 0) done = really(fd, length);
    else if (!fails(WRITE)) {
        if (is_full() && length > about.st_size) errno = ENOSPC;
        else done = really(fd, length);
        if (done == 0) tell(CUT, about.st_ino, length, "", 0, NULL, 0, 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* SQLite and others go on without it. */
int fallocate(int fd, int mode, off_t offset, off_t length) {
    (void)fd; (void)mode; (void)offset; (void)length;
    errno = EOPNOTSUPP;
    return -1;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) {
    (void)fd; (void)offset; (void)length;
    return EOPNOTSUPP;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* Flushing ------------------------------------------------------------------------------------------ */

/* Waits while the disk stands still; that a commit waits is told by the file "<FAULTS_STILL>.commit". */
static void stand_still(int is_commit) {
    REAL(int, "openat", int, const char *, int, ...);
    char told[PATH_MAX];
    int is_told = 0;
    while (still && access(still, F_OK) == 0) {
        if (is_commit && !is_told) {
            if (snprintf(told, sizeof told, "%s.commit", still) >= PATH_MAX) return;
            close(really(AT_FDCWD, told, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
            is_told = 1;
        }
        usleep(5000);
    }
}

static int flush_below(int fd, int (*really)(int)) {
    char path[PATH_MAX];
    struct stat about;
    const char *ours = NULL;
    int is_root = 0;
    if (root_length && fstat(fd, &about) == 0) {
        ours = path_of(fd, path);
        if (!ours && S_ISDIR(about.st_mode) && strcmp(path, root) == 0) is_root = 1, ours = "";
    }
    if (!ours) return really(fd);
    int is_folder = S_ISDIR(about.st_mode);
    size_t length = strlen(ours);
    int is_log = !is_root && length > 4 && strcmp(ours + length - 4, "-wal") == 0;
    stand_still(is_log);
    pthread_mutex_lock(&lock);
    int failed = fails(SYNC), error = errno;
    uint64_t before = journal_length;
    pthread_mutex_unlock(&lock);
    if (failed) { errno = error; return -1; }
    if ((is_folder && leave_folders) || (is_log && leave_log)) return 0;
    /* Outside of the lock: what is written meanwhile is not covered. On a machine of today the real
     * flush adds nothing to what is told here but time, so it is left out. */
    pthread_mutex_lock(&lock);
    if (is_folder) tell_path(FLUSHED_FOLDER, 0, before, ours, NULL);
    else tell(FLUSHED, about.st_ino, before, "", 0, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) { return flush_below(fd, real("fsync")); }
int fdatasync(int fd) { return flush_below(fd, real("fdatasync")); }

/* Names --------------------------------------------------------------------------------------------- */

/* Makes a call and tells of it, if it was done, before any other can be: the journal is in order. */
#define TOLD(call, telling) ({ \
        pthread_mutex_lock(&lock); \
        int done = (call), error = errno; \
        if (done == 0) telling; \
        pthread_mutex_unlock(&lock); \
        errno = error; \
        done; \
    })

static int rename_below(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    char whole_from[PATH_MAX], whole_to[PATH_MAX];
    const char *ours_from = resolve(from_folder, from, whole_from), *ours_to = resolve(to_folder, to, whole_to);
    if (!ours_from || !ours_to) return really(from_folder, from, to_folder, to, flags);
    return TOLD(fails(RENAME) ? -1 : really(from_folder, from, to_folder, to, flags),
                tell_path(RENAMED, 0, 0, ours_from, ours_to));
}
int rename(const char *from, const char *to) { return rename_below(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return rename_below(from_folder, from, to_folder, to, 0);
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return rename_below(from_folder, from, to_folder, to, flags);
}

static int remove_below(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char whole[PATH_MAX];
    const char *ours = resolve(folder, path, whole);
    if (!ours) return really(folder, path, flags);
    return TOLD(fails(RENAME) ? -1 : really(folder, path, flags),
                tell_path(flags & AT_REMOVEDIR ? REMOVED_FOLDER : REMOVED, 0, 0, ours, NULL));
}
int unlink(const char *path) { return remove_below(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return remove_below(folder, path, flags); }
int rmdir(const char *path) { return remove_below(AT_FDCWD, path, AT_REMOVEDIR); }

static int link_below(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    char whole_from[PATH_MAX], whole_to[PATH_MAX];
    const char *ours_from = resolve(from_folder, from, whole_from), *ours_to = resolve(to_folder, to, whole_to);
    if (!ours_from || !ours_to) return really(from_folder, from, to_folder, to, flags);
    return TOLD(fails(RENAME) ? -1 : really(from_folder, from, to_folder, to, flags),
                tell_path(LINKED, 0, 0, ours_from, ours_to));
}
int link(const char *from, const char *to) { return link_below(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    return link_below(from_folder, from, to_folder, to, flags);
}

static int folder_below(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    char whole[PATH_MAX];
    const char *ours = resolve(folder, path, whole);
    if (!ours) return really(folder, path, mode);
    return TOLD(fails(OPEN) || no_room() ? -1 : really(folder, path, mode), tell_path(MADE_FOLDER, 0, 0, ours, NULL));
}
int mkdir(const char *path, mode_t mode) { return folder_below(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return folder_below(folder, path, mode); }
