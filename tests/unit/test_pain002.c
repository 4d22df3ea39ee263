/* test_pain002.c - payment status reports: each status, each contradiction, each limit,
 * and the samples of others. */
#include "formats/pain002.h"

#include <check.h>
#include <stdio.h>

#include "tests/unit/answers.h"

Suite *suite_pain002(void);

#define ISO "urn:iso:std:iso:20022:tech:xsd:"
#define ROWS(rows) rows, sizeof rows / sizeof rows[0]
#define GOLDEN "tests/golden/"
#define SAMPLES "../shared/samples/pain002/"

/* Breaks if what a bank says of a group, or of a payment in it, is read otherwise. */
START_TEST(golden)
{
    answers_expect_file(
        &pain002_format, GOLDEN "pain002-v10-part.xml",
        "16:T7-000001 0.01 CNY paid none ACSC -\n"
        "22:T7-000002 35.00 CNY rejected funds AM04 -\n"
        "28:T7-000003 10000.00 CNY rejected account-closed AC04 见第二条原因 "
        "该账户已于上月销户 ( 丁卯四 900000000000100003 403100000004 )\n"
        "40:T7-000004 10000.00 CNY pending none PDNG -\n"
        "= 4 20035.01 TEST-B7-1 rest pending none - -\n",
        NULL);
    answers_expect_file(&pain002_format, GOLDEN "pain002-v03-rejected.xml",
                        "= 0 0.00 TEST-B7-1 rest rejected duplicate DU01 "
                        "重复的文件编号\n",
                        NULL);
}
END_TEST

#define ANSWER ISO "pain.002.001.10"
#define HEAD(space)                                                                    \
    "<Document xmlns='" space "'>\n<CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>"    \
    "M</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
#define TAIL "</CstmrPmtStsRpt></Document>"
#define G(code) "<GrpSts>" code "</GrpSts>"
#define WHY(code) "<StsRsnInf><Rsn><Cd>" code "</Cd></Rsn></StsRsnInf>"
#define GROUP(more) more "</OrgnlGrpInfAndSts>\n"
#define INFO(status, more) "<OrgnlPmtInfAndSts>" status more "</OrgnlPmtInfAndSts>"
#define P(code) "<PmtInfSts>" code "</PmtInfSts>"
#define TX(status)                                                                     \
    "<TxInfAndSts><OrgnlEndToEndId>A</OrgnlEndToEndId>" status "</TxInfAndSts>"
#define T(code) TX("<TxSts>" code "</TxSts>")
#define AMOUNT(text)                                                                   \
    GROUP("")                                                                          \
    INFO("", TX("<TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt " text                  \
                "</InstdAmt></Amt></OrgnlTxRef>"))
#define ONE(status, reason, code)                                                      \
    "3:A 0.00 - " status " " reason " " code " -\n= 1 0.00 M"

static const struct answers_row combined[] = {
    /* group and nothing else */
    {"group paid", GROUP(G("ACCC")), "= 0 0.00 M rest paid none - -\n", NULL},
    {"group pending", GROUP(G("ACTC")), "= 0 0.00 M rest pending none - -\n", NULL},
    {"group part", GROUP(G("PART")), "= 0 0.00 M rest pending none - -\n", NULL},
    {"group rejected", GROUP(G("RJCT")), "= 0 0.00 M rest rejected other RJCT -\n",
     NULL},
    {"group and reason", GROUP(G("RJCT") WHY("AM04")),
     "= 0 0.00 M rest rejected funds AM04 -\n", NULL},
    /* payment information */
    {"information rejected", GROUP("") INFO(P("RJCT") WHY("FF01"), ""),
     "= 0 0.00 M rest rejected other FF01 -\n", NULL},
    {"both rejected", GROUP(G("RJCT") WHY("AM04")) INFO(P("RJCT"), ""),
     "= 0 0.00 M rest rejected funds AM04 -\n", NULL},
    {"one of two rejected", GROUP(G("PART")) INFO(P("RJCT"), "") INFO(P("ACSC"), ""),
     "= 0 0.00 M rest unknown none - -\n", NULL},
    {"information silent", GROUP(G("ACSP")) INFO("", ""),
     "= 0 0.00 M rest pending none - -\n", NULL},
    {"rejected group, accepted information", GROUP(G("RJCT")) INFO(P("ACSC"), ""),
     "contradiction", "line 3, column 47"},
    {"rejected group, partial information", GROUP(G("RJCT")) INFO(P("PART"), ""),
     "contradiction", "line 3, column 47"},
    {"paid group, partial information", GROUP(G("ACSC")) INFO(P("PART"), ""),
     "contradiction", ""},
    /* transactions */
    {"paid", GROUP("") INFO("", T("ACCC")), ONE("paid", "none", "ACCC") "\n", NULL},
    {"cash", GROUP("") INFO("", T("CPUC")), ONE("paid", "none", "CPUC") "\n", NULL},
    {"pending", GROUP("") INFO("", T("ACSP")), ONE("pending", "none", "ACSP") "\n",
     NULL},
    {"cancelled", GROUP("") INFO("", T("CANC")), ONE("rejected", "other", "CANC") "\n",
     NULL},
    {"blocked", GROUP("") INFO("", T("BLCK")), ONE("unknown", "none", "BLCK") "\n",
     NULL},
    {"proprietary reason",
     GROUP("") INFO("", TX("<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Prtry>X 1</Prtry>"
                           "</Rsn></StsRsnInf>")),
     ONE("rejected", "other", "X 1") "\n", NULL},
    {"inherits rejection", GROUP(G("RJCT") WHY("AM04")) INFO("", TX("")),
     ONE("rejected", "funds", "AM04") " rest rejected funds AM04 -\n", NULL},
    {"inherits from information", GROUP(G("PART")) INFO(P("RJCT") WHY("AC04"), TX("")),
     ONE("rejected", "account-closed", "AC04") " rest rejected account-closed AC04 -\n",
     NULL},
    {"own reason first",
     GROUP(G("RJCT") WHY("AM04")) INFO("", TX("<TxSts>RJCT</TxSts>" WHY("AC06"))),
     ONE("rejected", "account-blocked", "AC06") " rest rejected funds AM04 -\n", NULL},
    {"reason of what holds only", GROUP(G("ACTC") WHY("AM04")) INFO("", T("RJCT")),
     ONE("rejected", "other", "RJCT") " rest pending none - -\n", NULL},
    {"pending group, rejected transaction", GROUP(G("ACTC")) INFO("", T("RJCT")),
     ONE("rejected", "other", "RJCT") " rest pending none - -\n", NULL},
    {"paid group, pending transaction", GROUP(G("ACSC")) INFO("", T("PDNG")),
     ONE("pending", "none", "PDNG") " rest paid none - -\n", NULL},
    {"part, and nothing of it", GROUP(G("PART")) INFO("", TX("")),
     ONE("unknown", "none", "PART") " rest pending none - -\n", NULL},
    {"rejected group, paid", GROUP(G("RJCT")) INFO("", T("ACSC")), "contradiction", ""},
    {"rejected group, pending", GROUP(G("RJCT")) INFO("", T("PDNG")), "contradiction",
     ""},
    {"rejected information, paid", GROUP("") INFO(P("RJCT"), T("ACSC")),
     "contradiction", ""},
    {"paid group, rejected", GROUP(G("ACSC")) INFO("", T("RJCT")), "contradiction", ""},
    {"no status at all", GROUP("") INFO("", TX("")), "missing-element", ""},
    {"nothing said", GROUP(""), "no-status", ""},
    {"nothing said, information", GROUP("") INFO("", ""), "no-status", ""},
    {"unknown status", GROUP(G("DONE")), "unknown-status", "line 2, column 118"},
    {"status of another level", GROUP("") INFO("", T("PART")), "unknown-status", ""},
    {"lower case", GROUP(G("rjct")), "unknown-status", ""},
    {"empty status", GROUP(G("")), "unknown-status", ""},
    {"status twice", GROUP(G("ACSC") G("RJCT")), "repeated", ""},
    {"id twice",
     GROUP("") INFO("", TX("<OrgnlEndToEndId>B</OrgnlEndToEndId><TxSts>ACSC</TxSts>")),
     "repeated", ""},
    {"group twice",
     GROUP("") "<OrgnlGrpInfAndSts></OrgnlGrpInfAndSts>" INFO("", T("ACSC")),
     "repeated", ""},
    {"status behind lines", GROUP("") INFO("", T("ACSC") P("RJCT")), "order", ""},
    {"instruction id",
     GROUP("") INFO("", "<TxInfAndSts><OrgnlInstrId>B</OrgnlInstrId><TxSts>ACSC</TxSts>"
                        "</TxInfAndSts>"),
     "3:B 0.00 - paid none ACSC -\n= 1 0.00 M\n", NULL},
    {"no id", GROUP("") INFO("", "<TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts>"),
     "missing-element", ""},
    {"long id",
     GROUP("") INFO("", "<TxInfAndSts><OrgnlEndToEndId>123456789012345678901234567890"
                        "123456</OrgnlEndToEndId></TxInfAndSts>"),
     "too-long", ""},
    {"id over two lines",
     GROUP("") INFO("", "<TxInfAndSts><OrgnlEndToEndId>A\nB</OrgnlEndToEndId>"
                        "</TxInfAndSts>"),
     "control-character", ""},
    {"blanks around", GROUP(G(" ACSC\n")), "= 0 0.00 M rest paid none - -\n", NULL},
    {"stray text", GROUP("x" G("ACSC")), "stray-text", "line 2, column 106"},
    {"other namespace within", GROUP("<GrpSts xmlns='urn:x'>ACSC</GrpSts>"),
     "xml-namespace", "line 2, column 106"},
    {"supplementary data is passed over",
     GROUP(G("ACSC")) "<SplmtryData><x:A xmlns:x='urn:x'>b</x:A></SplmtryData>",
     "= 0 0.00 M rest paid none - -\n", NULL},
    /* amounts */
    {"whole yuan", AMOUNT("Ccy='CNY'>5"), "3:A 5.00 CNY paid none ACSC -\n= 1 5.00 M\n",
     NULL},
    {"largest", AMOUNT("Ccy='CNY'>92233720368547758.07"),
     "3:A 92233720368547758.07 CNY paid none ACSC -\n= 1 92233720368547758.07 M\n",
     NULL},
    {"beyond int64", AMOUNT("Ccy='CNY'>92233720368547758.08"), "amount", ""},
    {"far beyond", AMOUNT("Ccy='CNY'>99999999999999999999999"), "amount", ""},
    {"decimals", AMOUNT("Ccy='CNY'>1.001"), "amount-decimals", ""},
    {"decimals of zero", AMOUNT("Ccy='CNY'>1.000"), "amount-decimals", ""},
    {"negative", AMOUNT("Ccy='CNY'>-1.00"), "amount", ""},
    {"zero", AMOUNT("Ccy='CNY'>0.00"), "amount", ""},
    {"full width", AMOUNT("Ccy='CNY'>１.00"), "amount", ""},
    {"words", AMOUNT("Ccy='CNY'>one"), "amount", ""},
    {"exponent", AMOUNT("Ccy='CNY'>1e2"), "amount", ""},
    {"separators", AMOUNT("Ccy='CNY'>1,000.00"), "amount", ""},
    {"empty", AMOUNT("Ccy='CNY'>"), "amount", ""},
    {"no currency", AMOUNT(">5"), "currency", ""},
    {"bad currency", AMOUNT("Ccy='yuan'>5"), "currency", ""},
    /* totals */
    {"all there",
     GROUP("<OrgnlNbOfTxs>1</OrgnlNbOfTxs><OrgnlCtrlSum>5.000</OrgnlCtrlSum>")
         INFO("", TX("<TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt "
                     "Ccy='CNY'>5</InstdAmt></Amt></OrgnlTxRef>")),
     "3:A 5.00 CNY paid none ACSC -\n= 1 5.00 M\n", NULL},
    {"other sum",
     GROUP("<OrgnlNbOfTxs>1</OrgnlNbOfTxs><OrgnlCtrlSum>6</OrgnlCtrlSum>")
         INFO("", TX("<TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt "
                     "Ccy='CNY'>5</InstdAmt></Amt></OrgnlTxRef>")),
     "totals", ""},
    {"more than were sent",
     GROUP("<OrgnlNbOfTxs>1</OrgnlNbOfTxs>") INFO("", T("ACSC") T("ACSC")), "totals",
     ""},
    {"more than of a status",
     GROUP("<NbOfTxsPerSts><DtldNbOfTxs>0</DtldNbOfTxs><DtldSts>RJCT</DtldSts>"
           "</NbOfTxsPerSts>") INFO("", T("RJCT")),
     "totals", ""},
    {"not a count", GROUP("<OrgnlNbOfTxs>one</OrgnlNbOfTxs>"), "count", ""},
};

/* Breaks if a status of one level is believed against another, or a place is wrong. */
START_TEST(combinations)
{
    answers_expect_rows(&pain002_format, HEAD(ANSWER), ROWS(combined), TAIL);
}
END_TEST

#define GOOD(space) HEAD(space) GROUP(G("ACSC")) TAIL
#define PAID "= 0 0.00 M rest paid none - -\n"

static const struct answers_row frames[] = {
    {"first version", GOOD(ISO "pain.002.001.03"), PAID, NULL},
    {"last version", GOOD(ISO "pain.002.001.14"), PAID, NULL},
    {"SIX", GOOD("http://www.six-interbank-clearing.com/de/pain.002.001.03.ch.02.xsd"),
     PAID, NULL},
    {"a country's own", GOOD(ISO "pain.002.003.03"), PAID, NULL},
    {"SWIFT's", GOOD("urn:swift:xsd:pain.002.001.10"), PAID, NULL},
    {"byte order mark", "\xef\xbb\xbf" GOOD(ANSWER), PAID, NULL},
    {"envelope",
     "<?xml version='1.0' encoding='utf-8'?><s:Envelope xmlns:s='urn:soap'><s:Header/>"
     "<s:Body>" GOOD(ANSWER) "</s:Body></s:Envelope>",
     PAID, NULL},
    {"prefix",
     "<p:Document xmlns:p='" ANSWER "'><p:CstmrPmtStsRpt><p:OrgnlGrpInfAndSts>"
     "<p:OrgnlMsgId>M</p:OrgnlMsgId><p:OrgnlMsgNmId>pain.001</p:OrgnlMsgNmId>"
     "<p:GrpSts>ACSC</p:GrpSts></p:OrgnlGrpInfAndSts></p:CstmrPmtStsRpt></p:Document>",
     PAID, NULL},
    {"comments and instructions", "<!-- a --><?b c?>" GOOD(ANSWER) "<!-- d -->", PAID,
     NULL},
    {"too old", GOOD(ISO "pain.002.001.02"), "message-version", "line 1, column 1"},
    {"too new", GOOD(ISO "pain.002.001.15"), "message-version", "line 1, column 1"},
    {"version of three figures", GOOD(ISO "pain.002.001.101"), "xml-namespace", ""},
    {"no namespace", "<Document><CstmrPmtStsRpt/></Document>", "xml-namespace",
     "line 1, column 1"},
    {"Xmlns", "<Document Xmlns='" ANSWER "'/>", "xml-namespace", "line 1, column 1"},
    {"unknown namespace", GOOD("urn:example"), "xml-namespace", "line 1, column 1"},
    {"name within another", GOOD("urn:xpain.002.001.10"), "xml-namespace", ""},
    {"the file sent", "<Document xmlns='" ISO "pain.001.001.09'/>", "other-message",
     ""},
    {"a statement", "<Document xmlns='" ISO "camt.053.001.08'/>", "other-message", ""},
    {"unknown message", "<Document xmlns='" ISO "acmt.001.001.08'/>", "other-message",
     ""},
    {"another message within",
     "<Document xmlns='" ANSWER "'><CstmrCdtTrfInitn/></Document>", "other-message",
     ""},
    {"no message within", "<Document xmlns='" ANSWER "'/>", "missing-element", ""},
    {"two messages",
     HEAD(ANSWER) GROUP(G("ACSC")) "</CstmrPmtStsRpt><CstmrPmtStsRpt/></Document>",
     "two-documents", ""},
    {"two documents in an envelope", "<a>" GOOD(ANSWER) GOOD(ANSWER) "</a>",
     "two-documents", ""},
    {"two files", GOOD(ANSWER) GOOD(ANSWER), "xml", "line 3, column 29"},
    {"no document", "<html/>", "no-document", ""},
    {"no XML", "R|1|100\r\n", "xml", "line 1, column 1"},
    {"nothing", "", "empty-file", "line 1, column 1"},
    {"blanks", " \n", "xml", ""},
    {"group missing", "<Document xmlns='" ANSWER "'><CstmrPmtStsRpt/></Document>",
     "missing-element", ""},
    {"group behind",
     "<Document xmlns='" ANSWER
     "'><CstmrPmtStsRpt><OrgnlPmtInfAndSts/></CstmrPmtStsRpt>"
     "</Document>",
     "missing-element", ""},
    {"message id missing",
     "<Document xmlns='" ANSWER "'><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgNmId>p"
     "</OrgnlMsgNmId></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>",
     "missing-element", ""},
    {"message name missing",
     "<Document xmlns='" ANSWER "'><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>p"
     "</OrgnlMsgId></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>",
     "missing-element", ""},
    {"document type", "<!DOCTYPE Document><Document/>", "xml-dtd", "line 1, column 19"},
    {"billion laughs",
     "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
     "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]>" HEAD(ANSWER) "&c;",
     "xml-dtd", ""},
    {"outside entity", "<!DOCTYPE l SYSTEM 'file:///etc/passwd'><l/>", "xml-dtd", ""},
    {"entity", HEAD(ANSWER) "&a;" TAIL, "xml", ""},
    {"GBK said", "<?xml version='1.0' encoding='GBK'?>" GOOD(ANSWER), "xml-encoding",
     "line 1, column 1"},
    {"GBK not said", HEAD(ANSWER) "<a>\xbc\xd7</a>", "xml", ""},
    {"UTF-8 and GBK in one", HEAD(ANSWER) "<a>甲</a><a>\xbc\xd7</a>", "xml", ""},
    {"UTF-16", "\xff\xfe<", "xml", ""},
    {"control character", HEAD(ANSWER) "<GrpSts>\x01</GrpSts>", "xml", ""},
};

/* Breaks if what is no status report, or more than one, is read as one. */
START_TEST(frame)
{
    answers_expect_rows(&pain002_format, "", ROWS(frames), "");
}
END_TEST

/* Breaks if an element or a tag without end is held, or read to its end. */
START_TEST(endless)
{
    uint64_t two_gib = (uint64_t)1 << 31;
    answers_endless(&pain002_format, HEAD(ANSWER) "<GrpSts>", 'a', two_gib, "xml-text");
    answers_endless(&pain002_format, HEAD(ANSWER) "<Unknown>", 'a', two_gib,
                    "xml-text");
    answers_endless(&pain002_format, HEAD(ANSWER), '\n', two_gib, "xml-text");
    answers_endless(&pain002_format, "<", 'a', two_gib, "xml");
    answers_endless(&pain002_format, "<!--", 'a', two_gib, "xml");
    answers_endless(&pain002_format, HEAD(ANSWER) "<GrpSts a='", 'a', two_gib, "xml");
}
END_TEST

static void expect_many(const char *each, size_t count, const char *behind,
                        const char *code)
{
    struct buf file;
    buf_init(&file, (size_t)1 << 24);
    buf_add_text(&file, HEAD(ANSWER));
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&file, each);
    }
    buf_add_text(&file, behind);
    answers_expect(&pain002_format, each, buf_str(&file), code, "");
    buf_release(&file);
}

/* Breaks if depth, attributes or reasons have no end. */
START_TEST(limits)
{
    expect_many("<a>", 200, "", "xml");
    struct buf tag;
    buf_init(&tag, (size_t)1 << 20);
    buf_add_text(&tag, HEAD(ANSWER) "<a");
    for (int i = 0; i < 1001; i++) {
        buf_addf(&tag, " a%d='1'", i);
    }
    buf_add_text(&tag, "/>" TAIL);
    answers_expect(&pain002_format, "attributes", buf_str(&tag), "xml", "");
    buf_release(&tag);
    expect_many("<StsRsnInf/>", 101, "", "too-many");
}
END_TEST

/* Breaks if a file that was cut, or a flipped bit, goes unnoticed or crashes. */
START_TEST(damage)
{
    answers_damage(&pain002_format, GOLDEN "pain002-v10-part.xml");
    answers_damage(&pain002_format, GOLDEN "pain002-v03-rejected.xml");
}
END_TEST

static enum status stop_here(void *ctx, const struct answer *a, struct diag *d)
{
    (void)ctx;
    diag_fail(d, ST_CONFLICT, "stop", "stopped by the caller");
    return answer_where(a, ANSWER_ID, d);
}

/* Breaks if the caller's own failure is lost or put elsewhere. */
START_TEST(sink_fails)
{
    struct answer_sink sink = {stop_here, NULL};
    struct answer_file whole = {.count = 7};
    struct diag d = {0};
    struct str file = str_of(HEAD(ANSWER) GROUP("") INFO("", T("ACSC")) TAIL);
    ck_assert_int_eq(
        pain002_format.read_answer(&pain002_format, file, sink, &whole, &d),
        ST_CONFLICT);
    ck_assert_str_eq(d.code, "stop");
    ck_assert_str_eq(d.where, "line 3, column 50");
    ck_assert_uint_eq(whole.count, 7);
}
END_TEST

/* Files that others wrote; see docs/formats/iso20022.md for why some are refused. */
START_TEST(samples)
{
    const struct payment_format *f = &pain002_format;
    /* OrgnlMsgNmId, which is mandatory, is not there. */
    answers_expect_file(f, SAMPLES "iso20022js-goldman_sachs-pain_002_v3_accepted.xml",
                        "missing-element", "line 15, column 9");
    answers_expect_file(f, SAMPLES "iso20022js-nordea-pain_002_v3_group_reject.xml",
                        "= 0 0.00 MSGID-PS-TEST-0708-01 rest rejected duplicate DU01 "
                        "ISO Duplicate Message ID\n",
                        NULL);
    answers_expect_file(
        f,
        SAMPLES "moov-pain002-epo_p_ch2909000000250094239_1109800799_0_2018032612092784"
                ".xml",
        "2:EndToEndId-006-01-01 0.00 - rejected account-invalid AC01 1301813;Konto "
        "ung\xc3\xbcltig\n"
        "= 1 0.00 MsgId-006 rest rejected other NARR 1297193;Sammelauftrag ohne "
        "ausf\xc3\xbchrbaren Einzelauftrag\n",
        NULL);
    answers_expect_file(
        f,
        SAMPLES "moov-pain002-epo_p_ch5109000000250092291_1110097605_0_2018031511252307"
                ".xml",
        "2:EndToEndId-001-03-04 0.00 - rejected account-invalid AC01 1301813;Konto "
        "ung\xc3\xbcltig\n= 1 0.00 MsgId-001 rest pending none - -\n",
        NULL);
    answers_expect_file(
        f, SAMPLES "oca-test-sepa-pain-unpaid.xml",
        "43:E2EID1 100.00 EUR rejected account-invalid AC01 ACC NUMBER INVALID ( "
        "CREDITOR NL77ABNA0574908765 BOFIIE2D )\n"
        "129:E2EID2 100.00 EUR rejected other MS02 - ( CREDITOR NL77ABNA0574908765 "
        "BOFIIE2D )\n"
        "211:E2EID3 100.00 EUR rejected other MD06 - ( CREDITOR NL77ABNA0574908765 "
        "BOFIIE2D )\n"
        "285:E2EID4 100.00 EUR rejected funds AM04 - ( CREDITOR NL77ABNA0574908765 "
        "BOFIIE2D )\n"
        "= 4 400.00 MSGID12345678912\n",
        NULL);
}
END_TEST

Suite *suite_pain002(void)
{
    Suite *s = suite_create("pain002");
    TCase *all = tcase_create("all");
    tcase_add_test(all, golden);
    tcase_add_test(all, combinations);
    tcase_add_test(all, frame);
    tcase_add_test(all, endless);
    tcase_add_test(all, limits);
    tcase_add_test(all, damage);
    tcase_add_test(all, sink_fails);
    tcase_add_test(all, samples);
    suite_add_tcase(s, all);
    return s;
}
