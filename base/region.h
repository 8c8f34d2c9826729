/* The child process's side of the measurement, in C, for any program to include.
 *
 * A program calls winnow_region_begin() when its steady state starts (everything loaded, warmed up)
 * and winnow_region_end() when it ends; a scheduler may tell what its thread is doing with
 * winnow_mark(). All three do nothing unless a preloaded agent defines them, so one binary serves
 * every pass. Begin and end are called once each, by one thread; winnow_mark() by any thread.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* What a thread is doing, as its scheduler sees it. A thread starts in WINNOW_OTHER. */
enum winnow_state {
  WINNOW_OTHER = 0,
  WINNOW_COMPUTING = 1,  /* running a task's body */
  WINNOW_SEARCHING = 2,  /* looking for work: taking from a queue, stealing, spinning for work */
  WINNOW_WAITING = 3,    /* asleep or blocked until there is work, or until others have finished */
  WINNOW_SIGNALLING = 4, /* waking or creating other threads, or telling that work is done */
  WINNOW_STATE_COUNT = 5
};

__attribute__((weak)) void winnow_agent_region_begin(void);
__attribute__((weak)) void winnow_agent_region_end(void);
__attribute__((weak)) enum winnow_state winnow_agent_mark(enum winnow_state state);

static inline void winnow_region_begin(void) {
  if (winnow_agent_region_begin) winnow_agent_region_begin();
}
static inline void winnow_region_end(void) {
  if (winnow_agent_region_end) winnow_agent_region_end();
}
/* Enters a state; returns the state that was left, so that a nested scope can restore it. */
static inline enum winnow_state winnow_mark(enum winnow_state state) {
  return winnow_agent_mark ? winnow_agent_mark(state) : WINNOW_OTHER;
}

#ifdef __cplusplus
}
#endif
