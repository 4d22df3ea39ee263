/* names.c - tables of surnames and given names. All characters are in GBK but those of
 * the last table, which real rosters have too: U+3402, U+20BB7, U+4DAE, U+2070E. */
#include "tests/sim/names.h"

#include <string.h>

#include "base/must.h"
#include "tests/sim/random.h"

/* Every character here is three bytes of UTF-8, so a table is indexed by 3 * i. */
#define HAN_BYTES 3

static const char surnames[] =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧"
    "甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵";

static const char given_men[] =
    "国建华文明志德福贵荣生军平成海林山江河庆祥瑞春财富忠义仁礼信勇强刚毅俊杰伟雄兴旺"
    "发达昌盛永长久远宝玉金银铜铁石田土木火水云龙虎豹鹏飞鸿雁松柏树森东南西北中立正直"
    "全才学良善守清廉本昭景振起宏广厚培世有万年余恩光耀宗祖先继承启维绍连占喜乐康";

static const char given_women[] =
    "秀英桂兰玉珍凤霞淑琴芳芬芝莲花香梅菊荷翠红艳丽娟娥娜婷婉静雅洁素贞贤惠慧敏巧云月"
    "春夏秋冬雪冰晶琳琪瑶珠宝环佩彩虹燕莺鸽鹤桃杏李枝叶蕊苹萍莉蓉薇蕾亚菲爱仙美凡欣悦"
    "佳怡媛倩颖晓清波澜涛湘淮洁冬青金银翠彦彩荣华文明";

static const char *const outside_gbk[] = {"\xe3\x90\x82", "\xf0\xa0\xae\xb7",
                                          "\xe4\xb6\xae", "\xf0\xa0\x9c\x8e"};

#define RARE_ONE_IN 500

static char *put_character(char *to, const char *table, size_t bytes, uint64_t r)
{
    must(bytes % HAN_BYTES == 0);
    memcpy(to, table + r % (bytes / HAN_BYTES) * HAN_BYTES, HAN_BYTES);
    return to + HAN_BYTES;
}

static char *put_rare(char *to, uint64_t r)
{
    const char *rare = outside_gbk[r % (sizeof outside_gbk / sizeof *outside_gbk)];
    size_t n = strlen(rare);
    memcpy(to, rare, n);
    return to + n;
}

void sim_name_make(uint64_t number, bool female, bool gbk, char out[16])
{
    const char *given = female ? given_women : given_men;
    size_t given_bytes = female ? sizeof given_women - 1 : sizeof given_men - 1;
    uint64_t r = random_at(number, 0, 0);
    char *to = put_character(out, surnames, sizeof surnames - 1, r);
    bool rare = (r >> 20) % RARE_ONE_IN == 0;
    if (rare && !gbk) {
        to = put_rare(to, r >> 40);
    } else {
        to = put_character(to, given, given_bytes, r >> 32);
    }
    /* One name in four has a single character after the surname. */
    if ((r >> 16) % 4 != 0) {
        to = put_character(to, given, given_bytes, r >> 48);
    }
    *to = '\0';
}
