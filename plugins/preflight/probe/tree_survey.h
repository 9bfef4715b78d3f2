/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_SURVEY_H
#define PREFLIGHT_TREE_SURVEY_H

#include "preflight/probe/record.h"
#include "preflight/probe/tree.h"
#include "preflight/probe/tree_list.h"

/*
 * What a lister reported, put together by the parent.  Paths are relative to
 * the tree's root, "" for the root itself.
 */

struct survey_dir {
	char *path;
	long class; /* -1: none */
	size_t entries;
	bool wanted; /* by a request, it or what is in it */
};

struct survey_sample {
	char *path;
	char *target; /* of a link that leaves the tree, else NULL */
	long class;
	enum list_reason reason;
	bool is_dir;
	long rank;	    /* LIST_GAINED only: the more, the worse */
	struct facts facts; /* LIST_SECRET only */
};

struct tree_survey {
	enum why why; /* WHY_NONE: it was listed */
	int error;
	size_t seen[RECORD_NUMBERS]; /* of RECORD_SEEN */
	struct survey_dir *dirs;
	size_t dir_count;
	struct survey_sample *samples;
	size_t sample_count;
	struct tree_class *classes; /* facts and members are set */
	size_t class_count;
	/* With a gain: every index is one of these arrays' or of classes. */
	struct tree_way *ways;
	size_t way_count;
	struct tree_reach *reaches;
	size_t reach_count;
	unsigned refs;
};

/*
 * Lists in the worker's view as app, or as the worker if app is NULL or may
 * not.  Without a filter (wanted), or with a lasting one, the same survey is
 * given to all who ask alike and have the same memory: it is not to be changed.
 * The caller gives it back with tree_survey_release.
 */
struct tree_survey *tree_survey_run(struct list_job *,
    const struct identity *worker, const struct cred *app,
    const struct probe_options *);
void tree_survey_release(struct tree_survey *);
/*
 * Lists two at a time, as app, so that tree_survey_run has the surveys when it
 * is asked; what could not be listed it lists then.  The options' memory is
 * needed; filters have to be lasting.
 */
void tree_survey_ahead(const struct list_job *, size_t count,
    const struct identity *worker, const struct cred *app,
    const struct probe_options *);
/* Only the digest of what a listing sees now, with the view of a /proc/PID (-1:
 * ours); 0 if it would not show every change. */
uint64_t tree_survey_digest(struct list_job *, const struct cred *who,
    int proc_fd);

/* The links that leave the tree, with absolute paths; the caller frees with
 * tree_links_free. */
void tree_survey_links(const struct tree_survey *, const char *root,
    struct tree_link **links, size_t *count);
void tree_links_free(struct tree_link *, size_t count);

#endif
