/* attribute.h - what is registered of a person, and decided about them, in the words of
 * both languages: one table for files in, for screens and for explanations. The English
 * names are those of policy files and records; nothing else is ever stored. */
#ifndef ALMONER_BASE_ATTRIBUTE_H
#define ALMONER_BASE_ATTRIBUTE_H

#include "base/bytes.h"

/* "death" for "death" and for the names it has in Chinese; NULL for what is not in the
 * table. The text lives as long as the program. */
const char *attribute_named(struct str word);
/* The name people read: "死亡" for "death"; NULL where there is none. */
const char *attribute_zh(struct str name);
/* "approve", "refuse", "stop" or "review" for it and for its names in Chinese, else
 * NULL. */
const char *attribute_decision(struct str word);
/* All of them, as a hint says it: "approve 同意, refuse 不同意, ...". */
#define ATTRIBUTE_DECISIONS "approve 同意, refuse 不同意, stop 停发, review 复审"

#endif
