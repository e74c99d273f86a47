/*
 * Makes the n-th change of a folder fail, for tests: loaded with LD_PRELOAD into one process, never into its children.
 *
 *   FAULT_ROOT   changes of files and folders below it count: open for writing, write, fsync, truncate, rename, mkdir
 *   FAULT_AT     number of the first change that fails; 0: none
 *   FAULT_UNTIL  number of the last one that fails
 *   FAULT_ERRNO  with which errno(3)
 *   FAULT_COUNT  file that gets the number of changes when the process ends
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long changes;
static char root[PATH_MAX], count_file[PATH_MAX];
static long first, last;
static int code;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *value = getenv("FAULT_ROOT");
  if (value != NULL) snprintf(root, sizeof root, "%s", value);
  value = getenv("FAULT_COUNT");
  if (value != NULL) snprintf(count_file, sizeof count_file, "%s", value);
  first = atol(getenv("FAULT_AT") ?: "0");
  last = atol(getenv("FAULT_UNTIL") ?: "0");
  code = atoi(getenv("FAULT_ERRNO") ?: "28");
  unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void) {
  if (count_file[0] == 0) return;
  FILE *file = fopen(count_file, "w");
  if (file == NULL) return;
  fprintf(file, "%ld", atomic_load(&changes));
  fclose(file);
}

static int below(const char *path) {
  size_t length = strlen(root);
  return length > 0 && path != NULL && strncmp(path, root, length) == 0;
}

/* Counts one change; 1 where it fails. */
static int fails(int counts, int opens) {
  if (!counts) return 0;
  long number = atomic_fetch_add(&changes, 1) + 1;
  if (first == 0 || number < first || number > last) return 0;
  /* Only opening a file needs a new descriptor. */
  errno = code == EMFILE && !opens ? ENOSPC : code;
  return 1;
}

static int named(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

static int writes(int flags) { return (flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0; }

#define OPEN(name)                                          \
  int name(const char *path, int flags, ...) {              \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = va_arg(rest, mode_t);                     \
    va_end(rest);                                           \
    if (fails(writes(flags) && below(path), 1)) return -1;     \
    return REAL(name)(path, flags, mode);                   \
  }
OPEN(open)
OPEN(open64)

#define ON_FD(type, name, parameters, arguments)            \
  type name parameters {                                    \
    if (fails(named(fd), 0)) return -1;                        \
    return REAL(name) arguments;                            \
  }
ON_FD(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
ON_FD(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
ON_FD(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
ON_FD(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
ON_FD(int, fsync, (int fd), (fd))
ON_FD(int, fdatasync, (int fd), (fd))
ON_FD(int, ftruncate, (int fd, off_t size), (fd, size))
ON_FD(int, ftruncate64, (int fd, off64_t size), (fd, size))

#define ON_PATH(name, parameters, arguments)                \
  int name parameters {                                     \
    if (fails(below(path), 0)) return -1;                      \
    return REAL(name) arguments;                            \
  }
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(rename, (const char *path, const char *to), (path, to))
