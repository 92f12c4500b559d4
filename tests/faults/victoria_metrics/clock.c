/* The time of day as CLOCK_OFFSET seconds later, while the file CLOCK_FILE is there. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    int failed = syscall(SYS_clock_gettime, clock, time);
    const char *file = getenv("CLOCK_FILE");
    if (!failed && clock == CLOCK_REALTIME && file && !access(file, F_OK))
        time->tv_sec += atol(getenv("CLOCK_OFFSET"));
    return failed;
}
