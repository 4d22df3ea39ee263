/* reasons.c - the codes of refused rows, and of errors, in Chinese; see reasons.h. */
#include "cli/reasons.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct worded {
    const char *code;
    const char *zh;
};

static const struct worded REASONS[] = {
    {"bad-account", "不是有效的银行账号，请核对"},
    {"bad-amount", "金额格式不符，最多两位小数，如 1200.00"},
    {"bad-attribute", "登记项目不识别"},
    {"bad-bank-code", "联行号应为 12 位数字，请核对"},
    {"bad-credit-code", "统一社会信用代码不符，请核对"},
    {"bad-date", "日期有误，请与原始材料核对"},
    {"bad-division", "区划代码不符，应为 6 至 12 位数字"},
    {"bad-entry", "条目号不符"},
    {"bad-month", "月份不符，应为 YYYY-MM"},
    {"bad-programme", "补贴项目代码不符，应填写政策文件中的英文代码，如 old-age"},
    {"bad-relation", "与补贴对象关系不识别"},
    {"bad-text", "含有换行或看不见的字符，请重新录入"},
    {"bad-value", "登记内容不识别"},
    {"before-policies", "早于最早政策的施行月份"},
    {"date-differs", "与死亡日期不一致"},
    {"date-form", "日期格式不符，应为 YYYY-MM-DD"},
    {"duplicate-institution", "同一机构在本文件中重复，请保留一行"},
    {"duplicate-person", "同一人在本文件中重复，请保留一行"},
    {"duplicate-row", "同一人同一事项在本文件中重复，请保留一行"},
    {"earlier-epoch", "该校验点属于以前的纪元，账套其后已恢复"},
    {"error-cell", "单元格为错误值，请改正公式或直接填写内容"},
    {"field-count", "列数与表头不一致"},
    {"formula-text", "以公式符号（= + - @）开头，请去掉该符号"},
    {"formula-cell", "公式没有保存计算结果，请用表格软件打开后保存，或粘贴为数值"},
    {"history-known", "此人该月份已在以前的历史发放中导入"},
    {"id-character", "身份证号含有不应有的字符"},
    {"id-check-digit", "身份证号校验码不符，请与证件核对"},
    {"id-date", "身份证号中的出生日期有误"},
    {"id-length",
     "身份证号应为 18 位；若被表格软件转成数字，请将该列设为文本格式后重新录入"},
    {"id-not-alone", "身份证号更正须单独作废"},
    {"id-taken", "该身份证号已属于他人"},
    {"inexact-number", "数字超过表格能保存的位数：计算结果请取整，编号请改为文本格式"},
    {"key-replaced", "账套密钥其后已更换，请用现在的校验点"},
    {"known-otherwise", "与已登记的内容不一致，变更请按登记信息或收款账户导入"},
    {"later-epoch", "该校验点属于以后的纪元，此备份早于那次恢复"},
    {"line-waiting", "重复登记的一方在未导出的批次中有明细"},
    {"lost", "该校验点属于以前的纪元，其部分记录已在恢复时丢失，无从比对"},
    {"lost-unnamed", "校验点所载记录在恢复时丢失，而恢复记录未载明"},
    {"missing-value", "必填项为空"},
    {"name-differs", "姓名与已登记的不一致"},
    {"no-such-entry", "此人没有该条有效登记"},
    {"not-a-fact", "人工补记须单独办理"},
    {"not-for-attribute", "该登记项目不应填写此项"},
    {"not-for-institution", "机构不登记此项"},
    {"not-over", "有承继单位的，须填写截止日期"},
    {"numeric-cell",
     "单元格是数字，应为文本：请将该列设为文本格式后按原始材料重新录入"},
    {"order-known", "同一文件的该项补记已经导入"},
    {"only-id", "这是此人唯一的身份证号，不能作废"},
    {"order-known", "同一文号的人工补记已导入"},
    {"other-unit", "不属于该村居"},
    {"percent-cell", "单元格为百分比格式，请改为数值格式后重新录入"},
    {"person-full", "此人登记内容过多，请拆分文件"},
    {"recovery-open", "重复登记的一方有未了结的追缴"},
    {"same-person", "两个身份证号已属同一人"},
    {"settled-month", "该月份已由历史发放结清"},
    {"several-entries", "有多条登记符合，请填写条目号"},
    {"suspended-ahead", "暂停的截止日期晚于今天"},
    {"time-cell", "含有时间，请将该列设为日期格式，只填日期"},
    {"too-long", "内容过长，请缩短"},
    {"unit-circle", "上级或承继关系形成循环"},
    {"unknown-institution", "没有该统一社会信用代码的机构，请先导入机构"},
    {"unknown-person", "没有该身份证号的登记，请核对或先导入名册"},
    {"unknown-programme", "已确认的政策文件中没有该补贴项目"},
    {"unknown-unit", "没有该编码的管理单位"},
    {"unmapped-value", "列对照表中没有此内容，请补充对照表或改正"},
    {"unnamed-column", "该列没有列名"},
    {"until-before-effective", "截止日期早于生效日期"},
};

/* Only codes that say one thing wherever they are met. */
static const struct worded ERRORS[] = {
    {"after-trailer", "文件末行之后还有内容，可能是两个文件连在一起"},
    {"ahead", "所属月份晚于本月；确需提前测算请加 --ahead"},
    {"ambiguous",
     "可能是批次中的几笔之一，账号、金额、户名都相同；请银行提供带支付编号或序号的回盘"},
    {"ambiguous-format", "可能是几种格式之一，且读取结果不同，请用 --format 指明"},
    {"amount-decimals", "金额多于两位小数"},
    {"backup-damaged", "备份文件与写入时不同，请换用其他备份"},
    {"bad-month", "月份不符，应为 YYYY-MM"},
    {"bad-number", "编号或身份证号不符"},
    {"bad-option", "选项的值不符"},
    {"batch-answered", "银行已对该批部分明细作出回盘"},
    {"batch-state", "批次当前状态不能作此操作"},
    {"both-given", "不能同时使用的选项"},
    {"bundle-too-big", "超过 ZIP 文件的容量（4 GiB），请用 --period 缩小范围"},
    {"ca-file", "CA 文件中没有证书"},
    {"changed", "所查看的内容已变化，未写入任何内容；请重新操作"},
    {"charset", "文件编码有误：有不能识别的字节"},
    {"charset-utf8", "该行是 UTF-8 编码，与格式文件所说不同"},
    {"checkpoint-form", "这不是校验点"},
    {"checkpoint-signature", "校验点不是本账套的密钥签名"},
    {"clock-back", "本机时钟早于上次联署的时间，请校准时钟"},
    {"column-names", "列名与格式文件不同，银行可能改了格式"},
    {"contradiction", "银行的状态自相矛盾，请向银行询问"},
    {"control-character", "含有看不见的控制字符"},
    {"cosignature", "联署签名不符"},
    {"csv-quote", "CSV 文件的引号不配对"},
    {"currency", "币种与所付的不同"},
    {"declined", "已取消，未写入任何内容"},
    {"doubled-column", "表头中同一列出现两次"},
    {"doubled-option", "同一选项出现两次"},
    {"draft", "政策文件为草案，正式账套不得采用"},
    {"empty-file", "文件为空"},
    {"enrolled", "该账套已登记"},
    {"erased", "此人的信息已销毁，person show 显示销毁证明"},
    {"exists", "文件已存在，不会覆盖"},
    {"field-count", "列数与表头不一致"},
    {"file-changed", "文件与登记时不同"},
    {"file-differs", "文件与该批次重新生成的不一致"},
    {"file-name", "文件名不可用，或两个文件重名"},
    {"fork", "历史不同：记录被改写，或同一密钥下有两个账套；请保留文件作为证据"},
    {"forked", "账套开头的记录与校验点不一致：账套被改写或为分叉"},
    {"format-not-read", "该格式只能导出，不能读取"},
    {"granted-already", "要结清的月份中已有应发"},
    {"held", "此人已依法冻结销毁"},
    {"institution", "该编号是机构，不是个人信息"},
    {"key-file", "不是可用的私钥文件（PKCS#8 PEM，Ed25519 或 SM2）"},
    {"key-suite", "密钥与账套的密码套件不一致，请用 keygen --suite 另行生成"},
    {"killed", "校验的第二个进程被终止，可能内存不足"},
    {"line-too-long", "行过长，不是这样的文件"},
    {"lines-open", "批次还有未回盘的明细，不能结清"},
    {"locked", "其他进程正在写入本账套，请稍候再试"},
    {"lost-batch", "该文件的批次在备份之后组成，须重新组批后用 --batch 指明"},
    {"lost-epoch", "校验点属于同号的另一纪元（曾恢复又丢失的账套），或已被改动"},
    {"mapping", "列对照表有误"},
    {"mapping-kind", "列对照表用于另一种导入"},
    {"message-version", "该报文版本不支持"},
    {"missing-column", "缺少必需的列"},
    {"missing-option", "缺少必需的选项"},
    {"missing-value", "选项缺少值"},
    {"missing-word", "命令不完整"},
    {"money-open", "此人还有未了结的款项（待发、在途、退回或应追缴）"},
    {"no-cosignature", "其中没有本账套已确认见证人的联署"},
    {"no-document", "不是 ISO 20022 报文"},
    {"no-header",
     "第一行不是表头；表头上方有标题的，请删去标题，或用列对照表（header-row）指明表头所在行"},
    {"no-ids", "文件中没有本账套的支付编号"},
    {"no-ledger", "此处没有账套，请用 -C 指明账套目录"},
    {"no-line", "该批次没有此人的明细"},
    {"no-payment-format", "该格式只能读取，不能导出"},
    {"no-policy", "尚无已确认的政策文件"},
    {"no-status", "回盘中没有任何付款的状态"},
    {"no-such-file-sent", "该批次没有送这么多文件"},
    {"not-a-sheet", "不是 .xlsx 文件"},
    {"not-cosigned", "尚无经联署的校验点"},
    {"not-covered", "该校验点不含所要证明的记录"},
    {"not-exported", "该批次从未导出"},
    {"not-held", "此人未被冻结"},
    {"not-pending", "已确认，不能重复确认"},
    {"not-proposed", "尚未提出销毁"},
    {"not-released", "批次尚未审批，不能导出"},
    {"not-settled", "测算后此人还有补发或核减，请先测算"},
    {"not-stated", "审批人员尚未说明再无其他文件送出"},
    {"note-form", "签名文件格式不符，请使用原文件"},
    {"note-signature", "校验点的签名不成立"},
    {"nothing-back", "没有可重发的退回明细"},
    {"nothing-of-batch", "对账单中没有该批次的款项"},
    {"nothing-receivable", "此人在这些月份没有尚未决定的应追缴款"},
    {"nothing-to-do", "该批次没有可处理的明细"},
    {"now-live", "正式账套不得指定时间"},
    {"office", "该步骤由其他单位签署"},
    {"one-of", "这些选项只能选一个"},
    {"open-act", "有一项操作未完成，须先完成"},
    {"other-account", "所送文件中该笔是另一账号，可能是别的文件的回盘"},
    {"other-file", "这不是银行文件"},
    {"other-key", "密钥不是所登记的密钥"},
    {"other-ledger", "校验点属于其他账套"},
    {"other-message", "不是所指种类的 ISO 20022 报文，请核对文件或另选格式"},
    {"other-name", "签名人不是所指的操作员"},
    {"other-tiles", "目录中有其他账套的文件，或文件已被改动"},
    {"paid-amount", "实付金额与处理结果矛盾"},
    {"passphrase", "密钥口令不符或未提供"},
    {"proof-fails", "证明不成立"},
    {"proof-form", "这不是证明文件"},
    {"proof-kind", "证明的种类与所给文件不符"},
    {"purpose", "用途应为 1 至 200 字节的文字"},
    {"readers", "其他进程正在读取本账套，暂不能重写数据文件"},
    {"reads-only", "该命令不签名，不能使用 --request 或 --signature"},
    {"reason", "须填写原因"},
    {"record-size", "参数过长，一条记录放不下"},
    {"request-ahead", "请求的时间在将来，请核对两边的时钟"},
    {"request-damaged", "请求文件已损坏或被改动，请重新传送"},
    {"request-expired", "请求已过期，请重新提出"},
    {"request-form", "不是所需的请求文件，请原样取用对方给出的文件"},
    {"request-missing", "还需要一次签名，请用 --request 指明请求文件"},
    {"request-words", "请求的说明与所签内容不符，请勿签名"},
    {"restore-locked", "账套已由备份恢复，银行已有的文件尚未核认，不得审批和导出"},
    {"retention", "保管期限未满"},
    {"role", "该操作员没有此项权限"},
    {"rollback", "记录数少于此前所见：文件陈旧，或账套被退回到较早的状态"},
    {"rolled-back", "账套的记录少于校验点所载：账套被回退或记录被删除"},
    {"rows-rejected", "有数据行不合格，整个文件未导入"},
    {"same-file", "不能写到所读取的文件上"},
    {"same-operator", "经办与复核须为不同的操作员"},
    {"separator", "列之间的分隔符不是逗号，请另存为 CSV（逗号分隔）或 .xlsx"},
    {"setting", "没有该参数"},
    {"setting-missing", "格式文件所要的参数没有给全，请用 --set 给出"},
    {"setting-twice", "参数重复"},
    {"setting-unknown", "格式文件没有这个参数"},
    {"setting-value", "参数取值不符合要求"},
    {"settled-ahead", "结清月份晚于本月"},
    {"several-files", "该批次须导出为多个文件，请用 --out 目录/"},
    {"sheet-rows", "一个工作表放不下这么多行"},
    {"sheet-text", "文字无法写入单元格"},
    {"sheet-version",
     "重新生成的表格单元格一致而字节不同（所用库的版本不同），请以已发送的文件为准"},
    {"sign-command", "签名程序未能给出有效的签名"},
    {"signature", "签名无效"},
    {"signature-act", "签名用于另一项操作"},
    {"signature-changed", "签名之后内容已变化，请重新请求签名"},
    {"signature-damaged", "签名文件已损坏或被改动，请重新传送"},
    {"signature-expired", "签名已超过七日，请重新请求签名"},
    {"signature-fork", "签名是对另一份账套的记录作出的"},
    {"signature-form", "不是签名文件"},
    {"signature-origin", "签名用于另一账套"},
    {"signature-used", "该签名已经用过"},
    {"sm2-id", "SM2 用户标识不符"},
    {"spreadsheet", "不是可读取的表格，请另存为 .xlsx 或 CSV UTF-8"},
    {"stale-request", "请求的起点不是最近所见的校验点，请重新生成"},
    {"still-entitled", "此人仍应享受补贴"},
    {"suite", "不识别该密码套件：1 为 SHA-256 和 Ed25519，2 为 SM3 和 SM2"},
    {"temporary", "临时文件夹写不下或不可写，可用 TMPDIR 指定别处"},
    {"timestamp-form", "不是完整的 RFC 3161 时间戳"},
    {"timestamp-other", "时间戳针对另一个文件"},
    {"timestamp-refused", "时间戳机构拒绝了请求"},
    {"timestamp-signature", "时间戳签名不符"},
    {"timestamp-untrusted", "时间戳不是由 CA 文件所认可的机构签发"},
    {"too-many-duplicates", "并入此人的重复登记过多"},
    {"too-many-files", "文件过多"},
    {"too-many-words", "命令中多余的内容"},
    {"too-much", "退缴金额超过尚欠金额"},
    {"tree-node", "哈希树缺少节点"},
    {"two-documents", "一个文件中有多份报文，请分别提交"},
    {"unknown-batch", "没有该编号的批次"},
    {"unknown-channel", "没有该代发银行"},
    {"unknown-code", "银行的结果代码不在格式文件中，请问银行后加入 results"},
    {"unknown-column", "有不识别的列，请更正列名，或用列对照表忽略"},
    {"unknown-command", "没有该命令"},
    {"unknown-file", "不是本程序所识别的银行文件"},
    {"unknown-format", "没有该文件格式"},
    {"unknown-import", "没有该编号的导入"},
    {"unknown-line", "没有该编号的明细"},
    {"unknown-operator", "没有该操作员"},
    {"unknown-option", "没有该选项"},
    {"unknown-payment", "批次中没有这样的一笔"},
    {"unknown-person", "没有该补贴对象"},
    {"unknown-policy", "没有该编号的政策文件"},
    {"unknown-profile", "没有该格式文件，见 almoner profile list"},
    {"unknown-programme", "没有该补贴项目"},
    {"unknown-record", "没有该序号的记录"},
    {"unknown-recovery", "没有该编号的追缴"},
    {"unknown-retention", "没有该编号的保管期限"},
    {"unknown-setting", "没有该编号的参数设定"},
    {"unknown-status", "银行的状态代码不识别，请向银行询问"},
    {"unknown-witness", "没有该编号的见证人"},
    {"what-to-prove", "未指明要证明的内容"},
    {"which-file", "批次分几个文件送出，回盘看不出属于哪一个，请用 --part 指明"},
    {"who", "未指明操作员和密钥（--as、--key）"},
    {"withdraw-lines", "批次中应有的明细与此操作不符"},
    {"withdraw-sum", "明细金额与记录不符"},
    {"withdraw-totals", "操作合计不符"},
    {"witness-key", "密钥不是该见证人的密钥"},
    {"witness-known", "该名称的见证人已登记"},
    {"witness-locked", "其他进程正在使用该状态文件，请稍候"},
    {"witness-names", "该状态文件是链接或另有名称：请直接指定文件本身"},
    {"witness-origin", "没有登记该账套"},
    {"witness-state", "见证状态文件已损坏或被改动"},
    {"witness-vkey", "不是见证人的公钥"},
    {"xlsx-merged", "表格有合并单元格，请取消合并并逐行填写"},
    {"xlsx-no-sheet", "表格中没有该工作表"},
    {"xml", "XML 文件不完整或有误，请向银行重新取文件"},
    {"xml-dtd", "XML 文件含有文档类型声明，不予读取"},
    {"xml-encoding", "XML 文件的编码应为 UTF-8"},
    {"xml-namespace", "XML 的命名空间不是 ISO 20022 报文"},
    {"xml-text", "XML 的一个元素内容过长"},
    {"yaml-syntax", "YAML 语法有误"},
    {"zip-encrypted", "表格已加密，请去除密码后另存"},
};

static const char *find(const struct worded *all, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].code, code) == 0) {
            return all[i].zh;
        }
    }
    return NULL;
}

const char *reasons_error_zh(const char *code)
{
    return find(ERRORS, sizeof ERRORS / sizeof ERRORS[0], code);
}

const char *reasons_text(const struct output *o, const struct rejected_row *x)
{
    const char *zh =
        o->zh ? find(REASONS, sizeof REASONS / sizeof REASONS[0], x->code) : NULL;
    return zh != NULL ? zh : x->reason;
}

const char *reasons_field(const struct output *o, const struct rejected_row *x)
{
    return o->zh && x->field_zh[0] != '\0' ? x->field_zh : x->field;
}

void reasons_hint(const struct output *o, const struct rejected_row *x, char *out,
                  size_t cap)
{
    const char *end = strstr(x->hint, "would end in ");
    if (!o->zh || find(REASONS, sizeof REASONS / sizeof REASONS[0], x->code) == NULL) {
        snprintf(out, cap, "%s", x->hint);
    } else if (str_starts(str_of(x->hint), str_of("write "))) {
        snprintf(out, cap, "应写作 %s", x->hint + strlen("write "));
    } else if (str_starts(str_of(x->hint), str_of("it seems to be "))) {
        snprintf(out, cap, "似为 %.10s", x->hint + strlen("it seems to be "));
    } else if (str_starts(str_of(x->hint), str_of("one of: "))) {
        size_t n = strcspn(x->hint, ";"); /* what follows is in English alone */
        snprintf(out, cap, "可填：%.*s", (int)(n - strlen("one of: ")),
                 x->hint + strlen("one of: "));
    } else if (str_starts(str_of(x->hint), str_of("did you mean "))) {
        snprintf(out, cap, "是否应为 %s", x->hint + strlen("did you mean "));
    } else if (end != NULL) {
        snprintf(out, cap, "按前 17 位，末位应为 %.1s", end + strlen("would end in "));
    } else {
        out[0] = '\0';
    }
}

void reasons_add(const struct output *o, const struct rejected_row *x, struct buf *out)
{
    if (o->zh) {
        buf_addf(out, "%s：%s", reasons_field(o, x), reasons_text(o, x));
        return;
    }
    buf_addf(out, "%s: %s", x->field, x->reason);
    if (x->hint[0] != '\0') {
        buf_addf(out, " (%s)", x->hint);
    }
}
