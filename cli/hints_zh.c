/* hints_zh.c - hints and places of errors in Chinese; see hints.h. A hint that was made
 * where the error was found is in English and has the numbers: on a Chinese screen it
 * stands in brackets behind what its code says to do. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/hints.h"

static const struct {
    const char *code, *zh;
} OWN[] = {
    {"after-trailer", "两个文件连在一起？请分开处理"},
    {"ahead", "确需提前测算的，加 --ahead"},
    {"ambiguous", "请银行提供带支付编号或所送序号的回盘"},
    {"answer-known", "无需再办：batch show 批次号 可查看结果"},
    {"appropriation", "文字写成一行；科目只填字母数字；请核对年度和金额"},
    {"backup-damaged", "请另取一份备份"},
    {"bad-attribute", "月度名单只能填按月有效的登记项目，如低保、失能等级、居住"},
    {"bad-number", "请按命令用法填写数字"},
    {"bad-option", "请按所列取值填写"},
    {"bare-key", "用 openssl pkcs8 -topk8 为密钥加口令"},
    {"batch-answered", "未发的明细：处理回盘后 batch reissue 重发"},
    {"batch-content", "批次已有变化：请重新查看（batch show 批次号）再签字"},
    {"batch-empty", "请作废（batch cancel 批次号）后重新组批"},
    {"batch-state", "按批次现在的状态，接下来应办"},
    {"ca-file", "CA 文件应为时间戳机构的根证书（PEM）"},
    {"channel-pending", "由第二名管理员确认：channel confirm 编号"},
    {"charset-utf8",
     "文件混用两种编码，请向银行重新取文件；如全是 UTF-8，请更正格式文件的 encoding"},
    {"checks",
     "逐笔查看：batch check 批次号 --rows 检查名；剔除：batch drop；允许通过：config set check.检查名 warn"},
    {"choice-size", "单位过多，请按乡镇分批"},
    {"clock-back", "请校正本机时钟"},
    {"clock-jump", "请核对时钟；无误的，加 --accept-clock"},
    {"contradicts", "是否为较早的文件？银行书面确认本文件无误的，同一命令加 --correct"},
    {"dead", "由继承人、银行或村居退回的，用 --method repay；或 waive、write-off"},
    {"debit-entry", "此处只处理付款；请银行将扣款结果另成文件"},
    {"doubled-column", "两列重复，请删去一列"},
    {"doubled-option", "请去掉重复的选项"},
    {"draft", "文件施行后重新采用；演练账套可用征求意见稿"},
    {"duplicate-id", "请向银行重新取文件，不要自行修改"},
    {"earlier-epoch", "请留存备查；由审计局登记新纪元后联署现在的校验点"},
    {"empty-file", "请重新取得文件；名单第一行应为列名"},
    {"enrolled", "所见过的记录数不能倒退，无需重新登记"},
    {"erased", "person show 编号 可查看保留的内容"},
    {"exists", "请另起文件名"},
    {"export-differs", "只送银行原来导出的文件；用 audit verify 核查账套"},
    {"file-differs",
     "请先补录备份后的资料使之与当时一致；文件中写有制作时间的，用 --created 指明；仍不一致的，向银行核对其收到的文件"},
    {"file-too-big", "请拆分文件，或另存为 CSV UTF-8"},
    {"fork",
     "同一密钥下有两本账：保留两份文件作证据，运行 audit verify 并与审计局核对"},
    {"forked", "两者都由账套密钥签名：保留校验点，查找含有其记录的账套副本"},
    {"from", "公示从今天或以后起；不填为明天"},
    {"fund-sum", "report funds 可查看收支"},
    {"fund-year",
     "退回（batch reject 批次号；已审批的由审批人员退回），另行组成该年度的批次"},
    {"funds-short", "report funds 可查看占用情况；追加指标：budget set --adjust 编号"},
    {"granted-already", "结清到更早的月份；文件完整的，加 --overrule"},
    {"head", "是否为所送的文件，或另一种文件？请取该批次的回盘"},
    {"held", "事由了结后解除：person release-hold"},
    {"in-use", "请等其他进程结束"},
    {"institution", "机构不在此办理"},
    {"journal-year", "请按年度分别导出，各用当年的对照表"},
    {"key-replaced", "请用现在的校验点"},
    {"line-state",
     "batch show 批次号 --lines 可查看各笔状态；report returns 列出可重发的"},
    {"lines-open",
     "请先处理银行回盘：batch answer；确实查不到的，加 --with-unknown 签认未明清单"},
    {"locked", "请等其他操作完成，或用 --lock-wait 延长等待"},
    {"lost", "请用恢复处以前的校验点，或本纪元的校验点"},
    {"lost-batch",
     "补录备份后的资料、测算、重新组批，再用 restore take-in 文件 --batch 批次号"},
    {"lost-unnamed",
     "有人用旧备份恢复而未出示最新的校验点：请查问丢失的记录办过什么、谁知情"},
    {"merged", "请对合并后的人办理"},
    {"message-version", "请银行提供所列版本的报文"},
    {"missing-column", "首行须有该列名；必填列不能为空"},
    {"missing-option", "请补上该选项（almoner help 命令名 可查看）"},
    {"missing-value", "请在该选项后填写内容"},
    {"money-open", "person show 可查看；请先发放或追回"},
    {"month-batch",
     "先处理回盘；查不到的，用 batch close 批次号 --with-unknown 签认后结清"},
    {"month-changed", "请经办人员重新月结"},
    {"month-difference", "month 页列出差额；加 --rows 查看明细"},
    {"month-order", "请按顺序月结；month list 可查看已结到哪一月"},
    {"no-allocation", "请退回（batch reject 批次号）：再次提交时占用指标"},
    {"no-answer-format", "请用 --format 指明回盘格式"},
    {"no-appropriation",
     "录入指标：budget set（经办），budget confirm 编号（复核）；已录入待确认的见 budget show"},
    {"no-cosignature", "请取 audit witness cosign 写出的文件；witness list 列出见证人"},
    {"no-header", "首行须为列名，上面不要有标题；或用列对照表指明"},
    {"no-ids", "该格式不带支付编号的，用 --batch 指明批次"},
    {"no-institutions", "batch show 批次号 --lines 可查看各笔付给何人"},
    {"no-ledger", "用 -C 指明账套目录，或用 almoner init 建立"},
    {"no-line", "batch show 批次号 --lines 可查看各笔"},
    {"no-payment-format", "format list 列出可写出的格式"},
    {"no-policy", "先采用并确认政策文件：policy adopt、policy confirm"},
    {"no-run", "请先测算：run --period"},
    {"no-set-off", "请用 --method repay、plan、waive 或 write-off"},
    {"no-share", "请采用规定了资金分担的政策，或剔除该笔（batch drop）"},
    {"not-a-sheet", "请银行另存为 .xlsx；或是否拿错文件"},
    {"not-pending", "almoner status 可查看待办；月结见 month list"},
    {"not-proposed", "由经办人员或管理员先提出：person erase 编号"},
    {"not-released", "按批次现在的状态，接下来应办"},
    {"not-settled", "先测算，并发放或追回差额"},
    {"not-stated", "先由审批人员办理：restore settle --document 文号"},
    {"note-form", "请取原文件，不要改动"},
    {"note-signature", "内容被改动，或由另一把密钥签名"},
    {"nothing-back",
     "batch show 批次号 可查看退回的明细；死亡人员的，登记继承人账户后重发，"
     "或缴回（batch refund）"},
    {"nothing-due",
     "先测算（run）；未选的属于其他单位或银行；未列入的待收款账户、审批或公示期满（notice close）"},
    {"nothing-of-batch", "请对该文件所属的批次处理"},
    {"nothing-to-do", "batch show 批次号 --lines 可查看各笔状态"},
    {"nothing-unknown", "按批次现在的状态，接下来应办"},
    {"notice-days", "到期后再撤下"},
    {"notice-name",
     "两名管理员设定：config set notice.label.项目 名称，或 notice.allow.项目 on"},
    {"notice-size", "可用 --new 只列新增和变动的人"},
    {"objection", "由复核人员处理：notice decide 编号"},
    {"open-act", "上次办到一半，请先按原样办完：almoner status 会说明命令"},
    {"operator-pending", "由第二名管理员确认：operator confirm 编号"},
    {"other-account", "是否为另一文件的回盘？请核对"},
    {"other-amount", "请向银行重新取文件，不要自行修改"},
    {"other-bank",
     "作废该批次（batch cancel），本行账户用 batch new --payee-bank same，"
     "他行账户另组一批（--payee-bank other），用可付他行的格式"},
    {"other-batch", "请对文件所属的批次处理"},
    {"other-day", "是否为另一批次的回盘？请对该批次处理，或向银行索取当日的"},
    {"other-key", "如县里更换了密钥，请另路取得新公钥后重新登记"},
    {"other-tiles", "请先查明原因，再导出到空文件夹"},
    {"paid-again",
     "先从未送出的批次剔除（batch drop）或作废该批次（batch cancel），再处理同一回盘"},
    {"passphrase", "用 --passphrase-file 指明口令文件"},
    {"pay-date", "年份是否有误？批次将记入该月账"},
    {"plan", "请填 --monthly 金额 或 --months 月数"},
    {"proof-fails", "证明不成立：请核对所给的记录、公钥和校验点是否同一账套、原样取得"},
    {"proof-form", "请取原文件，不要改动"},
    {"proof-kind", "记录的证明配 --record，增长的证明配 --old-checkpoint"},
    {"reads-only", "只查看的命令不需签名，请去掉 --request、--signature"},
    {"recovery-state", "由复核人员处理：correct confirm 编号"},
    {"refused", "不予确认的不能恢复；仍需办理的，请重新提出"},
    {"request-ahead", "两台电脑中有一台的时钟不准"},
    {"request-damaged", "请重新拷贝"},
    {"request-expired", "请县里重新出具签名请求"},
    {"request-form",
     "请取对方给出的原文件；见证请求由县里用 audit prove --from 校验点 生成"},
    {"request-missing", "请在 --signature 之外加 --request"},
    {"restore-locked",
     "逐一核认银行已有的文件（restore take-in），再由审批和复核人员双人确认（restore settle）"},
    {"retention", "retention show 可查看保存年限"},
    {"role", "operator list 列出各人岗位；--as、--key 指明操作员"},
    {"rollback", "文件陈旧，或账套被退回：请县里给出记录数不少于此前所见的校验点"},
    {"rolled-back", "校验点证明曾有这些记录：查找含有它们的账套副本，并查问谁换了账套"},
    {"same-bank", "本行账户请用本行格式发送"},
    {"same-operator", "须由另一名有该岗位的操作员签字：operator list"},
    {"segment", "可从下一个完整分段起恢复，或另取备份"},
    {"separator", "请另存为 CSV UTF-8（逗号分隔）"},
    {"setting", "config show 列出全部参数"},
    {"settled-ahead", "填写本账套以前最后发放的月份"},
    {"several-files", "用 --out 目录/ 指明文件夹，文件名由程序按银行要求生成"},
    {"signature-damaged", "请重新拷贝"},
    {"signature-form", "签名文件由 almoner sign 写出"},
    {"stale-request",
     "请县里从你最近联署的校验点起重新证明（audit prove --from）；若县里的程序答以 forked 或 rolled-back，即为分叉或退回"},
    {"still-entitled", "explain 编号 可查看其应享项目"},
    {"timestamp-form", "请取时间戳机构的原文件（DER）"},
    {"timestamp-other", "请用当初申请时间戳的那个文件核对"},
    {"timestamp-refused", "请重新申请"},
    {"too-many-months", "请分两次登记"},
    {"too-many-shares", "请按项目分批：batch new --programme"},
    {"too-many", "请按补贴项目分别查询：--programme"},
    {"truncated", "文件传送中断，请向银行重新取得"},
    {"two-documents", "两个文件连在一起，请分开处理"},
    {"unknown-batch", "batch list 列出批次编号"},
    {"unknown-channel", "channel list 列出代发银行"},
    {"unknown-close", "month list 列出各次月结"},
    {"unknown-code", "请向银行询问该代码，并加入格式文件的 results"},
    {"unknown-column", "请更正首行的列名，或删去该列；可用列名见括号内"},
    {"unknown-command", "almoner help 列出全部命令"},
    {"unknown-entry", "almoner status 可查看待办事项"},
    {"unknown-file", "知道格式的，用 --format 指明（format list）"},
    {"unknown-format", "format list 列出全部格式；自有格式用路径指明"},
    {"unknown-fund", "budget show 列出指标"},
    {"unknown-id", "请向银行核对该笔；付给机构的，batch residents 列出各笔明细"},
    {"unknown-institution", "请先导入机构（import institutions）"},
    {"unknown-line", "batch show 批次号 --lines 列出明细"},
    {"unknown-notice", "notice list 列出公示"},
    {"unknown-objection", "notice show 公示号 列出异议"},
    {"unknown-operator", "operator list 列出操作员"},
    {"unknown-option", "请核对选项名称"},
    {"unknown-payment", "是否为另一批次的回盘？请核对"},
    {"unknown-person", "请核对身份证；新增人员用 import people"},
    {"unknown-profile", "profile list 列出格式；自有文件用路径指明"},
    {"unknown-programme", "policy show 列出补贴项目"},
    {"unknown-recovery", "correct list 列出追缴"},
    {"unknown-retention", "retention show 列出保管期限"},
    {"unknown-setting", "config show 列出全部参数"},
    {"unknown-unit",
     "report roster --by-unit 列出管理单位编码；尚无的先导入（import units）"},
    {"vault-key",
     "用 --key-dir 指明 vault.key 所在文件夹；已丢失的，用 vault recover 由托管副本恢复"},
    {"vkey-name", "公钥中的名字须与登记的名字相同"},
    {"what-to-prove", "用法见 almoner help"},
    {"which-file", "所送为多个文件，用 --part 指明第几个（按导出顺序）"},
    {"who", "用 --as、--key 指明操作员，或设 ALMONER_AS、ALMONER_KEY"},
    {"withdraw-lines", "同一命令办完其余明细，或作废整个批次（batch cancel）"},
    {"witness-key", "请用 almoner keygen 名字 --suite 1 生成见证密钥"},
    {"witness-locked", "请等其结束"},
    {"witness-names", "状态文件只能有一个，请直接给出该文件"},
    {"witness-origin",
     "恢复后账套名和公钥已变：请先向县里问明原因，再登记（audit witness enrol）"},
    {"witness-state", "请取最新的备份；没有的，由归档的最后校验点重新登记"},
    {"xml", "请向银行重新取文件，不要自行修改"},
    {"year-months", "month list 可查看已结到哪一月"},
};

const char *hints_own_zh(const char *code)
{
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++) {
        if (strcmp(code, OWN[i].code) == 0) {
            return OWN[i].zh;
        }
    }
    return NULL;
}

/* Words that stand before a number, and what stands around it in Chinese. A column of a
 * text is a place in its line; that of a sheet is one. */
static const struct {
    const char *en, *before, *after;
} PLACES[] = {
    {"line ", "第 ", " 行"},
    {"row ", "第 ", " 行"},
    {"record ", "记录 ", ""},
    {"person ", "编号 ", ""},
};

static size_t put_number(struct buf *out, const char *before, const char *p,
                         const char *after)
{
    size_t n = strspn(p, "0123456789");
    buf_addf(out, "%s%.*s%s", before, (int)n, p, after);
    return n;
}

/* "3" or "3, column 14" behind a word of PLACES; what follows it is returned. */
static const char *put_place(struct buf *out, size_t which, const char *p)
{
    static const char column[] = ", column ";
    bool sheet = PLACES[which].en[0] == 'r';
    p += put_number(out, PLACES[which].before, p, PLACES[which].after);
    if (strncmp(p, column, sizeof column - 1) == 0 &&
        isdigit((unsigned char)p[sizeof column - 1])) {
        p += sizeof column - 1;
        p += put_number(out, sheet ? "第 " : "，位置 ", p, sheet ? " 列" : "");
    }
    return p;
}

void hints_place_zh(const char *where, struct buf *out)
{
    const char *p = where;
    while (*p != '\0') {
        bool begins = p == where || (p - where >= 2 && p[-1] == ' ' &&
                                     (p[-2] == ':' || p[-2] == ','));
        const char *end = NULL;
        for (size_t i = 0; begins && i < sizeof PLACES / sizeof PLACES[0]; i++) {
            size_t n = strlen(PLACES[i].en);
            if (strncmp(p, PLACES[i].en, n) == 0 && isdigit((unsigned char)p[n])) {
                end = put_place(out, i, p + n);
                break;
            }
        }
        if (end == NULL) {
            buf_addf(out, "%c", *p);
            end = p + 1;
        }
        p = end;
    }
}
