/* attribute.c - see attribute.h. The first of the Chinese names is the one people read;
 * the others are how offices' own lists say it. No name may stand for two things. */
#include "base/attribute.h"

#include <stddef.h>

#define NAMES_MAX 5

struct word {
    const char *name;
    const char *zh[NAMES_MAX];
};

static const struct word ATTRIBUTES[] = {
    {"account", {"账户", "银行账号"}},
    {"address", {"住址", "地址"}},
    {"age", {"年龄"}},
    {"birth", {"出生日期", "出生"}},
    {"certified", {"资格认证", "认证"}},
    {"choice", {"选择", "选择项目"}},
    {"claim", {"申请"}},
    {"contact", {"联系人"}},
    {"credit-code", {"统一社会信用代码"}},
    {"death", {"死亡"}},
    {"decision", {"审批决定", "审批"}},
    {"dependency", {"失能程度", "失能等级"}},
    {"disability-grade", {"残疾等级"}},
    {"disability-type", {"残疾类别"}},
    {"household", {"家庭编号"}},
    {"id_number", {"身份证号"}},
    {"name", {"姓名"}},
    {"order", {"人工补记"}},
    {"paid-elsewhere", {"异地已领"}},
    {"pay-hold", {"缓发", "暂缓发放"}},
    {"phone", {"电话"}},
    {"registration", {"户籍", "户籍区划"}},
    {"residence", {"居住"}},
    {"suspended", {"暂停"}},
    {"unit", {"村居", "管理单位"}},
    {"welfare", {"救助身份", "救助", "低保", "低保/救助", "低保／救助"}},
};

static const struct word DECISIONS[] = {
    {"approve", {"同意"}},
    {"refuse", {"不同意", "不予"}},
    {"stop", {"停发"}},
    {"review", {"复审"}},
};

static const char *find(const struct word *list, size_t count, struct str s)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(s, list[i].name)) {
            return list[i].name;
        }
        for (size_t k = 0; k < NAMES_MAX && list[i].zh[k] != NULL; k++) {
            if (str_is(s, list[i].zh[k])) {
                return list[i].name;
            }
        }
    }
    return NULL;
}

const char *attribute_named(struct str word)
{
    return find(ATTRIBUTES, sizeof ATTRIBUTES / sizeof ATTRIBUTES[0], word);
}

const char *attribute_zh(struct str name)
{
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof ATTRIBUTES[0]; i++) {
        if (str_is(name, ATTRIBUTES[i].name)) {
            return ATTRIBUTES[i].zh[0];
        }
    }
    return NULL;
}

const char *attribute_decision(struct str word)
{
    return find(DECISIONS, sizeof DECISIONS / sizeof DECISIONS[0], word);
}
