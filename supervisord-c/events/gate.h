/* SPDX-License-Identifier: ISC */
#ifndef EVENTS_GATE_H
#define EVENTS_GATE_H

#include <stdbool.h>

/*
 * "May this process start?"  A plugin answers, now or later; the asker never
 * waits in the call.  Without a keeper every answer is yes, at once.
 */
struct gate;
struct gate_question;

/* refusal: NULL for yes, else the sentence that status shows; lent. */
typedef void (*gate_answer_fn)(const char *refusal, void *arg);
/*
 * The keeper's side: answer with gate_answer, exactly once, now or later.
 * config is the process's struct process_config.
 */
typedef void (*gate_keeper_fn)(struct gate_question *, const char *group,
    const char *process, const void *config, void *arg);
/* The asker no longer wants the answer; the question dies with this call. */
typedef void (*gate_cancel_fn)(struct gate_question *, void *arg);

struct gate *gate_create(void);
void gate_free(struct gate *);
/* One keeper; NULL takes it away, and open questions are answered yes. */
void gate_set_keeper(struct gate *, gate_keeper_fn, gate_cancel_fn, void *arg);
/* NULL if answered within the call, else the handle for gate_cancel. */
struct gate_question *gate_ask(struct gate *, const char *group,
    const char *process, const void *config, gate_answer_fn, void *arg);
void gate_cancel(struct gate_question *);
void gate_answer(struct gate_question *, const char *refusal);

#endif
