/* test_camt.c - account statements and notifications: which entry says what of a
 * payment, their totals, and the samples of others. */
#include "formats/camt.h"

#include <check.h>

#include "tests/unit/answers.h"

Suite *suite_camt(void);

#define ISO "urn:iso:std:iso:20022:tech:xsd:"
#define ROWS(rows) rows, sizeof rows / sizeof rows[0]
#define GOLDEN "tests/golden/"
#define SAMPLES "../shared/samples/camt05x/"

/* Breaks if an entry of any kind is taken for another. */
START_TEST(golden)
{
    answers_expect_file(&camt053_format, GOLDEN "camt053-v08.xml",
                        "20:T7-000001 0.01 CNY paid none BOOK - ( 甲子一 "
                        "900000000000100001 - )\n"
                        "21:T7-000002 35.00 CNY paid none BOOK -\n"
                        "22:T7-000003 10000.00 CNY paid none BOOK -\n"
                        "28:T7-000004 100.00 CNY paid none BOOK -\n"
                        "34:T7-000002 35.00 CNY returned account-closed AC04 销户\n"
                        "40:T7-000004 100.00 CNY returned other BOOK -\n"
                        "46:FROM-THE-TREASURY 900.00 CNY none none BOOK -\n"
                        "52:T7-000005 200.00 CNY pending none PDNG -\n"
                        "= 8 11370.01 STATEMENT-1 bulk 2 300.00\n",
                        NULL);
    answers_expect_file(&camt054_format, GOLDEN "camt054-v02.xml",
                        "8:T7-000002 35.00 CNY returned other BOOK -\n"
                        "= 1 35.00 NOTICE-1\n",
                        NULL);
}
END_TEST

#define HEAD                                                                           \
    "<Document xmlns='" ISO                                                            \
    "camt.053.001.02'>\n<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>"                       \
    "</GrpHdr><Stmt>\n"
#define TAIL "</Stmt></BkToCstmrStmt></Document>"
#define AMT(n) "<Amt Ccy='CNY'>" n "</Amt>"
#define SIDE(s) "<CdtDbtInd>" s "</CdtDbtInd>"
#define STS(s) "<Sts>" s "</Sts>"
#define ENTRY(amount, side, status, more)                                              \
    "<Ntry>" AMT(amount) SIDE(side) STS(status) more "</Ntry>"
#define OUT(more) ENTRY("5.00", "DBIT", "BOOK", more)
#define IN(more) ENTRY("5.00", "CRDT", "BOOK", more)
#define D(more) "<NtryDtls>" more "</NtryDtls>"
#define ID(id) "<Refs><EndToEndId>" id "</EndToEndId></Refs>"
#define TX(more) "<TxDtls>" more "</TxDtls>"
#define ONE D(TX(ID("A")))
#define RETURN "<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>"
#define KIND(code)                                                                     \
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>" code                   \
    "</SubFmlyCd></Fmly></Domn></BkTxCd>"
#define A5(rest) "3:A 5.00 CNY " rest " -\n= 1 5.00 M\n"
#define NONE "= 0 0.00 M\n"

static const struct answers_row entries[] = {
    {"debit", OUT(ONE), A5("paid none BOOK"), NULL},
    {"debit, code", ENTRY("5.00", "DBIT", "<Cd>BOOK</Cd>", ONE), A5("paid none BOOK"),
     NULL},
    {"debit, pending", ENTRY("5.00", "DBIT", "PDNG", ONE), A5("pending none PDNG"),
     NULL},
    {"debit, future", ENTRY("5.00", "DBIT", "FUTR", ONE), A5("pending none FUTR"),
     NULL},
    {"debit, information", ENTRY("5.00", "DBIT", "INFO", ONE), A5("none none INFO"),
     NULL},
    {"credit", IN(ONE), A5("none none BOOK"), NULL},
    {"credit with a reason", IN(D(TX(ID("A") RETURN))),
     A5("returned account-invalid AC01"), NULL},
    {"credit, pending, with a reason",
     ENTRY("5.00", "CRDT", "PDNG", D(TX(ID("A") RETURN))),
     A5("pending account-invalid AC01"), NULL},
    {"credit of a returning kind", IN(KIND("RRTN") ONE), A5("returned other BOOK"),
     NULL},
    {"transaction of a returning kind", IN(D(TX(ID("A") KIND("RRTN")))),
     A5("returned other BOOK"), NULL},
    {"credit of another kind", IN(KIND("ESCT") ONE), A5("none none BOOK"), NULL},
    {"credit, reversal", IN("<RvslInd>true</RvslInd>" ONE), A5("returned other BOOK"),
     NULL},
    {"credit, no reversal", IN("<RvslInd>0</RvslInd>" ONE), A5("none none BOOK"), NULL},
    {"debit, reversal", OUT("<RvslInd>1</RvslInd>" ONE), A5("none none BOOK"), NULL},
    {"debit with a reason", OUT(D(TX(ID("A") RETURN))), A5("none account-invalid AC01"),
     NULL},
    {"original id",
     IN(D(TX("<Refs><EndToEndId>B</EndToEndId><OrgnlEndToEndId>A"
             "</OrgnlEndToEndId></Refs>" RETURN))),
     A5("returned account-invalid AC01"), NULL},
    {"original id beside the reason",
     IN(D(TX(ID("B") "<RtrInf><OrgnlEndToEndId>A</OrgnlEndToEndId></RtrInf>"))),
     A5("returned other BOOK"), NULL},
    {"instruction id", OUT(D(TX("<Refs><InstrId>A</InstrId></Refs>"))),
     A5("paid none BOOK"), NULL},
    {"no id", OUT(D(TX(""))), "3: 5.00 CNY paid none BOOK -\n= 1 5.00 M\n", NULL},
    {"amount of its own", OUT(D(TX(ID("A") AMT("5")))), A5("paid none BOOK"), NULL},
    {"amount in details",
     OUT(D(TX(ID("A") "<AmtDtls><TxAmt>" AMT("5.0") "</TxAmt></AmtDtls>"))),
     A5("paid none BOOK"), NULL},
    {"other currency instructed",
     OUT(D(
         TX(ID("A") "<AmtDtls><InstdAmt><Amt Ccy='USD'>1</Amt></InstdAmt></AmtDtls>"))),
     "3:A 1.00 USD paid none BOOK -\n= 1 1.00 M\n", NULL},
    {"side of its own",
     ENTRY("3.00", "DBIT", "BOOK",
           D(TX(ID("A") AMT("5.00")) TX(ID("B") AMT("2.00") SIDE("CRDT") RETURN))),
     "3:A 5.00 CNY paid none BOOK -\n3:B 2.00 CNY returned account-invalid AC01 -\n"
     "= 2 7.00 M\n",
     NULL},
    {"two batches in an entry",
     OUT(D("<Btch><NbOfTxs>1</NbOfTxs></Btch>" TX(ID("A") AMT("2")))
             D("<Btch><NbOfTxs>1</NbOfTxs></Btch>" TX(ID("B") AMT("3")))),
     "3:A 2.00 CNY paid none BOOK -\n3:B 3.00 CNY paid none BOOK -\n= 2 5.00 M\n",
     NULL},
    {"no details", OUT(""), "= 0 0.00 M bulk 1 5.00\n", NULL},
    {"empty details", OUT(D("")), "= 0 0.00 M bulk 1 5.00\n", NULL},
    {"batch without transactions", OUT(D("<Btch><NbOfTxs>07</NbOfTxs></Btch>")),
     "= 0 0.00 M bulk 7 5.00\n", NULL},
    {"batch that came back",
     IN("<RvslInd>true</RvslInd>" D("<Btch><NbOfTxs>7</NbOfTxs></Btch>")),
     "= 0 0.00 M back 7 5.00\n", NULL},
    {"pending batch", ENTRY("5.00", "DBIT", "PDNG", ""), NONE, NULL},
    {"credit without details", IN(""), NONE, NULL},
    {"no entries", "", NONE, NULL},
    {"two statements", OUT(ONE) "</Stmt><Stmt>" OUT(ONE),
     "3:A 5.00 CNY paid none BOOK -\n3:A 5.00 CNY paid none BOOK -\n= 2 10.00 M\n",
     NULL},
    {"zero that is no payment", IN(D(TX(ID("A") "<Amt Ccy='CNY'>0</Amt>"))), NONE,
     NULL},
    {"charges beside the transactions",
     OUT("<Chrgs/>" D(TX(ID("A") AMT("2")) TX(ID("B") AMT("2")))),
     "3:A 2.00 CNY paid none BOOK -\n3:B 2.00 CNY paid none BOOK -\n= 2 4.00 M\n",
     NULL},
    /* refused */
    {"zero", OUT(D(TX(ID("A") AMT("0.00")))), "amount", "line 3, column 156"},
    {"negative", OUT(D(TX(ID("A") AMT("-5")))), "amount", ""},
    {"decimals", OUT(D(TX(ID("A") AMT("5.000")))), "amount-decimals", ""},
    {"beyond int64", OUT(D(TX(ID("A") AMT("92233720368547758.08")))), "amount", ""},
    {"sum beyond int64", ENTRY("92233720368547758.07", "DBIT", "BOOK", ONE) OUT(ONE),
     "totals", ""},
    {"no currency", "<Ntry><Amt>5</Amt></Ntry>", "currency", "line 3, column 13"},
    {"entry without amount", "<Ntry>" SIDE("DBIT") STS("BOOK") ONE "</Ntry>",
     "missing-element", ""},
    {"entry without side", "<Ntry>" AMT("5") STS("BOOK") "</Ntry>", "missing-element",
     ""},
    {"entry without status", "<Ntry>" AMT("5") SIDE("DBIT") "</Ntry>",
     "missing-element", ""},
    {"side", ENTRY("5.00", "DEBIT", "BOOK", ""), "side", ""},
    {"status", ENTRY("5.00", "DBIT", "BOOKED", ""), "unknown-status", ""},
    {"own status", ENTRY("5.00", "DBIT", "<Prtry>X</Prtry>", ""), "unknown-status", ""},
    {"status empty", ENTRY("5.00", "DBIT", "", ""), "missing-element", ""},
    {"status twice", ENTRY("5.00", "DBIT", "<Cd>BOOK</Cd><Cd>BOOK</Cd>", ""),
     "repeated", ""},
    {"reversal", OUT("<RvslInd>yes</RvslInd>"), "flag", ""},
    {"reversal behind the details", OUT(ONE "<RvslInd>true</RvslInd>"), "order", ""},
    {"id twice",
     OUT(D(TX("<Refs><EndToEndId>A</EndToEndId><EndToEndId>B</EndToEndId>"
              "</Refs>"))),
     "repeated", ""},
    {"amount twice", OUT(AMT("5.00")), "repeated", ""},
    {"several without amounts", OUT(D(TX(ID("A")) TX(ID("B")))), "missing-element", ""},
    {"the second without", OUT(D(TX(ID("A") AMT("5")) TX(ID("B")))), "missing-element",
     ""},
    {"batch count", OUT(D("<Btch><NbOfTxs>2</NbOfTxs></Btch>" TX(ID("A")))), "totals",
     ""},
    {"batch sum",
     OUT(D("<Btch><TtlAmt Ccy='CNY'>4</TtlAmt></Btch>" TX(ID("A") AMT("5")))), "totals",
     ""},
    {"entry sum", OUT(D(TX(ID("A") AMT("2")) TX(ID("B") AMT("2")))), "totals", ""},
    {"summary count",
     "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>" OUT(
         ONE),
     "totals", ""},
    {"summary sum",
     "<TxsSummry><TtlDbtNtries><Sum>4</Sum></TtlDbtNtries></TxsSummry>" OUT(ONE),
     "totals", ""},
    {"summary of the other side",
     "<TxsSummry><TtlCdtNtries><Sum>1</Sum></TtlCdtNtries></TxsSummry>" OUT(ONE),
     "totals", ""},
    {"summary of other pages",
     "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><TxsSummry>"
     "<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>" OUT(ONE),
     A5("paid none BOOK"), NULL},
    {"stray text", OUT("x"), "stray-text", ""},
    {"other namespace", OUT("<NtryDtls xmlns='urn:x'/>"), "xml-namespace", ""},
};

/* Breaks if an entry says something else of a payment, or totals are not held. */
START_TEST(entries_table)
{
    answers_expect_rows(&camt053_format, HEAD, ROWS(entries), TAIL);
}
END_TEST

#define GOOD(space)                                                                    \
    "<Document xmlns='" space                                                          \
    "'><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt/>"                        \
    "</BkToCstmrStmt></Document>"

static const struct answers_row frames[] = {
    {"first version", GOOD(ISO "camt.053.001.02"), NONE, NULL},
    {"last version", GOOD(ISO "camt.053.001.12"), NONE, NULL},
    {"SIX", GOOD("http://www.six-interbank-clearing.com/de/camt.053.001.04.xsd"), NONE,
     NULL},
    {"too old", GOOD(ISO "camt.053.001.01"), "message-version", "line 1, column 1"},
    {"too new", GOOD(ISO "camt.053.001.13"), "message-version", "line 1, column 1"},
    {"notification", GOOD(ISO "camt.054.001.08"), "other-message", "line 1, column 1"},
    {"day report", GOOD(ISO "camt.052.001.08"), "other-message", "line 1, column 1"},
    {"status report", GOOD(ISO "pain.002.001.10"), "other-message", "line 1, column 1"},
    {"notification within",
     "<Document xmlns='" ISO "camt.053.001.02'><BkToCstmrDbtCdtNtfctn/></Document>",
     "other-message", ""},
    {"no namespace", "<Document/>", "xml-namespace", "line 1, column 1"},
    {"two", "<a>" GOOD(ISO "camt.053.001.02") GOOD(ISO "camt.053.001.02") "</a>",
     "two-documents", ""},
    {"no message id",
     "<Document xmlns='" ISO "camt.053.001.02'><BkToCstmrStmt><Stmt/></BkToCstmrStmt>"
     "</Document>",
     "missing-element", ""},
    {"no statement",
     "<Document xmlns='" ISO "camt.053.001.02'><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>"
     "</GrpHdr></BkToCstmrStmt></Document>",
     "missing-element", ""},
    {"document type", "<!DOCTYPE a [<!ENTITY b 'c'>]><Document/>", "xml-dtd", ""},
};

/* Breaks if what is no statement is read as one. */
START_TEST(frame)
{
    answers_expect_rows(&camt053_format, "", ROWS(frames), "");
}
END_TEST

/* Breaks if a file that was cut, or a flipped bit, goes unnoticed or crashes. */
START_TEST(damage)
{
    answers_damage(&camt053_format, GOLDEN "camt053-v08.xml");
    answers_damage(&camt054_format, GOLDEN "camt054-v02.xml");
}
END_TEST

/* Breaks if an element without end is held, or read to its end. */
START_TEST(endless)
{
    answers_endless(&camt053_format, HEAD "<Ntry><AddtlNtryInf>", 'a',
                    (uint64_t)1 << 31, "xml-text");
}
END_TEST

/* Files that others wrote; see docs/formats/iso20022.md for why some are refused. */
START_TEST(samples)
{
    answers_expect_file(&camt054_format,
                        SAMPLES "dvbern-camt_054_Beispiel_NotificationMissing.xml",
                        "xml-namespace", "line 2, column 1");
    answers_expect_file(&camt053_format, SAMPLES "genkgo-camt053.v2.minimal.xml",
                        "107: 8.85 EUR none none BOOK -\n= 1 8.85 "
                        "CAMT053RIB000000000001\n",
                        NULL);
    /* A credit of zero. */
    answers_expect_file(&camt053_format, SAMPLES "genkgo-camt053.v8.xml",
                        "= 0 0.00 CAMT053RIB000000000001\n", NULL);
    /* Its batch says two transactions and has three. */
    answers_expect_file(&camt054_format, SAMPLES "genkgo-camt054.v4.xml", "totals", "");
    answers_expect_file(&camt053_format, SAMPLES "iso20022js-ing-example_camt.xml",
                        "132: 350.00 EUR none none BOOK -\n"
                        "198: 125.00 EUR none none BOOK -\n"
                        "254:20140103E2EIdA1INGBankNV 120.00 EUR none none BOOK -\n"
                        "355: 125.00 EUR returned account-closed AC04 -\n"
                        "416:INGBE2EId545448451E5 25.00 EUR paid none BOOK - ( "
                        "INGTestrekening NL20INGB0001234567 INGBNL2A )\n"
                        "517:6010512558977000 30.00 EUR paid none BOOK - ( "
                        "INGBANKNV NL20INGB0001234567 INGBNL2A )\n"
                        "593:5000300060007000 30.00 EUR none other MD06 - ( "
                        "INGTestrekening NL20INGB0001234567 INGBNL2A )\n"
                        "= 7 805.00 201401030009999_20140104015504378 bulk 2 300.00\n",
                        NULL);
    answers_expect_file(
        &camt054_format,
        SAMPLES "moov-200519_camt054-returns_p_ch2909000000250094239_1109800798_0_"
                "2019052023472022.xml",
        "56:EndToEndId-004-01-01 400.00 CHF returned account-invalid AC01 Kontonummer "
        "falsch\n= 1 400.00 20190520375204012050698\n",
        NULL);
    answers_expect_file(&camt053_format, SAMPLES "oca-test-camt053-no-ntry.xml",
                        "= 0 0.00 TESTBANK/NL/1420561226673\n", NULL);
    /* A direct debit that came back: a debit, and none of our payments. */
    answers_expect_file(&camt054_format, SAMPLES "oca-test-sepa-camt-unpaid.xml",
                        "55:E2EID1 100.00 EUR none account-blocked AC06 /RTYP/RTRN ( "
                        "CREDITOR - - )\n= 1 100.00 MSGID99345678912\n",
                        NULL);
}
END_TEST

Suite *suite_camt(void)
{
    Suite *s = suite_create("camt");
    TCase *all = tcase_create("all");
    tcase_add_test(all, golden);
    tcase_add_test(all, entries_table);
    tcase_add_test(all, frame);
    tcase_add_test(all, damage);
    tcase_add_test(all, endless);
    tcase_add_test(all, samples);
    suite_add_tcase(s, all);
    return s;
}
