/* hints.c - see hints.h. For codes whose cure is always the same; where it depends on
 * what was found, whoever found it says so (diag_hint). tests/cli/hints.sh sees to it
 * that what batches, funds, notices and closes refuse has one or the other. */
#include "cli/hints.h"

#include <stddef.h>
#include <string.h>

#define LOOK "look again (batch show N), then sign what is there now"
#define LOOK_ZH "请重新查看（batch show 批次号），再对现状签字"
#define AGAIN "give the same command again: it is worked out from what is there now"
#define AGAIN_ZH "请重新执行该命令，按现状重新生成"
#define FILE_HINT "ask the bank for the right file; nothing of this one was taken in"
#define FILE_HINT_ZH "请向银行索取正确的文件；本文件未入账"
#define SHORTER "say it shorter, in one line"
#define SHORTER_ZH "请写短些，并写成一行"
#define SHOW_FUNDS "almoner budget show lists appropriations and their state"
#define SHOW_FUNDS_ZH "almoner budget show 列出各指标及其状态"
#define SHOW_NOTICE "almoner notice show N shows its days, state and objections"
#define SHOW_NOTICE_ZH "almoner notice show 公示号 可查看日期、状态和异议"
#define BY_PROGRAMME "make batches by programme: batch new --programme"
#define BY_PROGRAMME_ZH "请按项目分批：batch new --programme"

static const struct {
    const char *code, *en, *zh;
} HINTS[] = {
    {"allocation-carry", AGAIN, AGAIN_ZH},
    {"allocation-sum", AGAIN, AGAIN_ZH},
    {"answer-known", "nothing is left to do: batch show N has its results",
     "无需再办：batch show 批次号 可查看结果"},
    {"answer-totals", FILE_HINT, FILE_HINT_ZH},
    {"batch-answered", "what came back goes by line: batch reissue, or batch refund",
     "已有结果的批次按笔办理：batch reissue 或 batch refund"},
    {"batch-content", LOOK, LOOK_ZH},
    {"batch-empty", "cancel it (batch cancel N) and make another",
     "请作废（batch cancel 批次号）后另行组批"},
    {"batch-totals", AGAIN, AGAIN_ZH},
    {"channel-pending", "another admin confirms it: almoner channel confirm N",
     "请另一管理员确认：almoner channel confirm 编号"},
    {"close-hash", "almoner month list shows the newest; confirm that one",
     "almoner month list 可查看最新的月结，请确认该次"},
    {"currency", FILE_HINT, FILE_HINT_ZH},
    {"days", "say --days within these limits", "请在该范围内填写 --days"},
    {"duplicate-id", FILE_HINT, FILE_HINT_ZH},
    {"file-name", "give another name with --out", "请用 --out 另起文件名"},
    {"fund-differs", SHOW_FUNDS, SHOW_FUNDS_ZH},
    {"fund-other", SHOW_FUNDS, SHOW_FUNDS_ZH},
    {"fund-programmes", BY_PROGRAMME, BY_PROGRAMME_ZH},
    {"fund-sum", SHOW_FUNDS, SHOW_FUNDS_ZH},
    {"funds-off", "an admin turns it on: almoner config set funds on",
     "请管理员启用：almoner config set funds on"},
    {"interrupted", "nothing is half done: give the same command again",
     "没有办到一半的事，再次执行同一命令即可"},
    {"level", SHORTER, SHORTER_ZH},
    {"line-number", AGAIN, AGAIN_ZH},
    {"line-state", "batch show N --lines shows what each line is",
     "batch show 批次号 --lines 可查看各笔状态"},
    {"month-order", "almoner month list shows how far the books are closed",
     "almoner month list 可查看已结到哪一月"},
    {"no-such-file-sent", "batch show N shows how many files were sent",
     "batch show 批次号 可查看送出的文件数"},
    {"not-exported", "send it first: almoner batch export N",
     "请先导出：almoner batch export"},
    {"not-pending", "almoner status shows what still waits for whom",
     "almoner status 可查看待办事项"},
    {"notice-days", SHOW_NOTICE, SHOW_NOTICE_ZH},
    {"notice-objections", AGAIN, AGAIN_ZH},
    {"notice-state", SHOW_NOTICE, SHOW_NOTICE_ZH},
    {"other-amount", FILE_HINT, FILE_HINT_ZH},
    {"other-proposal", "look again (budget show), then confirm what stands there",
     "请重新查看（budget show）后再确认"},
    {"reason", SHORTER, SHORTER_ZH},
    {"receipt", "--on a day, --amount in yuan, --document up to 120 bytes",
     "--on 填日期，--amount 填元，--document 至多 120 字节"},
    {"record-size", SHORTER, SHORTER_ZH},
    {"reissue-sum", AGAIN, AGAIN_ZH},
    {"reissue-totals", AGAIN, AGAIN_ZH},
    {"same-operator", "somebody else has to sign this: almoner operator list",
     "须由其他操作员签字：almoner operator list"},
    {"signed-words", AGAIN, AGAIN_ZH},
    {"source-name", "give the source a shorter name in the policy",
     "请在政策文件中缩短资金来源名称"},
    {"text", SHORTER, SHORTER_ZH},
    {"too-many-files", BY_PROGRAMME, BY_PROGRAMME_ZH},
    {"totals", FILE_HINT, FILE_HINT_ZH},
    {"unit", "give it a shorter name (import units)",
     "请缩短该单位名称（import units）"},
    {"unknown-list", AGAIN, AGAIN_ZH},
    {"unknown-payee", AGAIN, AGAIN_ZH},
    {"unknown-payment", FILE_HINT, FILE_HINT_ZH},
    {"unknown-person", "almoner person show takes a number or an ID number",
     "almoner person show 可用编号或身份证号查询"},
    {"withdraw-lines", "batch show N --lines shows which can go",
     "batch show 批次号 --lines 可查看可办理的明细"},
    {"withdraw-sum", AGAIN, AGAIN_ZH},
    {"withdraw-totals", AGAIN, AGAIN_ZH},
    {"year-order", "almoner month list shows the years that are closed",
     "almoner month list 可查看已结年度"},
};

const char *hints_find(const char *code, bool zh)
{
    for (size_t i = 0; i < sizeof HINTS / sizeof HINTS[0]; i++) {
        if (strcmp(code, HINTS[i].code) == 0) {
            return zh ? HINTS[i].zh : HINTS[i].en;
        }
    }
    return NULL;
}
