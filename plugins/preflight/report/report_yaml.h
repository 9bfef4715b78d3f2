/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_YAML_H
#define PREFLIGHT_REPORT_YAML_H

#include "base/strbuf.h"

struct report;

/* The tree of report_json_tree as one YAML document; -1 and *cause if libyaml
 * refuses. */
int report_yaml_write(const struct report *, struct strbuf *, char **cause);

#endif
