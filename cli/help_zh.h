/* help_zh.h - help in Chinese. That of options is found by the English text: tables of
 * options are part of many files, and many options of many commands. */
#ifndef ALMONER_CLI_HELP_ZH_H
#define ALMONER_CLI_HELP_ZH_H

/* The Chinese of an option's help or of a heading; en itself where there is none. */
const char *help_zh(const char *en);
/* What the command of this name does, in lines; NULL where there is no such text. */
const char *help_text_zh(const char *name);

#endif
