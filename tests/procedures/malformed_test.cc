// What the grammar, the binder and the value checks refuse: every text with its exact message, so
// that an error never loses its place or its expectation unnoticed.
#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

struct Refusal {
  std::string text;
  ErrorCode code;
  std::string message;
};

const std::vector<Refusal>& Refusals() {
  static const auto& kRefusals = *new std::vector<Refusal>{
      // Nothing, or not a statement.
      {"", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found the end of the statement"},
      {" ", ErrorCode::kSyntax,
       "line 1, column 2: expected CALL, SHOW PROCEDURES or USE, found the end of the statement"},
      {"\n\n", ErrorCode::kSyntax,
       "line 3, column 1: expected CALL, SHOW PROCEDURES or USE, found the end of the statement"},
      {"-- only a comment", ErrorCode::kSyntax,
       "line 1, column 18: expected CALL, SHOW PROCEDURES or USE, found the end of the statement"},
      {"/* only a comment */", ErrorCode::kSyntax,
       "line 1, column 21: expected CALL, SHOW PROCEDURES or USE, found the end of the statement"},
      {";", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found ';'"},
      {";;", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found ';'"},
      {" ; CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 2: expected CALL, SHOW PROCEDURES or USE, found ';'"},
      {"SELECT 1", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'SELECT'"},
      {"SELECT * FROM t", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'SELECT'"},
      {"INSERT INTO t VALUES (1)", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'INSERT'"},
      {"CAL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'CAL'"},
      {"CALLS sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'CALLS'"},
      {"sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'sys'"},
      {"EXPLAIN CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'EXPLAIN'"},
      {"`CALL` sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found the name 'CALL' in "
       "backticks"},
      {"'CALL' sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found a text in single quotes"},
      {"\"CALL\" sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found a text in double quotes"},
      {"(CALL sys.list_acl('ANY'))", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found '('"},
      {"42", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found the number '42'"},
      {"-1", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found the number '-1'"},
      {".", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found '.'"},
      {"?", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found '?'"},
      {"help", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'help'"},
      {"-CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found '-'"},
      {"#!/usr/bin/pegel", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found '#'"},
      // SHOW and USE.
      {"SHOW", ErrorCode::kSyntax,
       "line 1, column 5: expected PROCEDURES after SHOW, found the end of the statement"},
      {"SHOW;", ErrorCode::kSyntax, "line 1, column 5: expected PROCEDURES after SHOW, found ';'"},
      {"SHOW TABLES", ErrorCode::kSyntax,
       "line 1, column 6: expected PROCEDURES after SHOW, found 'TABLES'"},
      {"SHOW PROCEDURE", ErrorCode::kSyntax,
       "line 1, column 6: expected PROCEDURES after SHOW, found 'PROCEDURE'"},
      {"SHOW 'PROCEDURES'", ErrorCode::kSyntax,
       "line 1, column 6: expected PROCEDURES after SHOW, found a text in single quotes"},
      {"SHOW `PROCEDURES`", ErrorCode::kSyntax,
       "line 1, column 6: expected PROCEDURES after SHOW, found the name 'PROCEDURES' in "
       "backticks"},
      {"SHOW PROCEDURES LIKE 'sys%'", ErrorCode::kSyntax,
       "line 1, column 17: expected ';' or the end of the statement, found 'LIKE'"},
      {"SHOW PROCEDURES FROM sys", ErrorCode::kSyntax,
       "line 1, column 17: expected ';' or the end of the statement, found 'FROM'"},
      {"SHOW PROCEDURES;;", ErrorCode::kSyntax,
       "line 1, column 17: expected one statement only, nothing after its ';', found ';'"},
      {"SHOW PROCEDURES; SHOW PROCEDURES", ErrorCode::kSyntax,
       "line 1, column 18: expected one statement only, nothing after its ';', found 'SHOW'"},
      {"show procedures ,", ErrorCode::kSyntax,
       "line 1, column 17: expected ';' or the end of the statement, found ','"},
      {"SHOW PROCEDURES 'x", ErrorCode::kSyntax,
       "line 1, column 17: the quote ' that opens here is never closed"},
      {"USE", ErrorCode::kSyntax,
       "line 1, column 4: expected a catalog name after USE, found the end of the statement"},
      {"USE;", ErrorCode::kSyntax,
       "line 1, column 4: expected a catalog name after USE, found ';'"},
      {"USE 'fluss'", ErrorCode::kSyntax,
       "line 1, column 5: expected a catalog name after USE, found a text in single quotes"},
      {"USE CATALOG 'fluss'", ErrorCode::kSyntax,
       "line 1, column 13: expected ';' or the end of the statement, found a text in single "
       "quotes"},
      {"USE 5", ErrorCode::kSyntax,
       "line 1, column 5: expected a catalog name after USE, found the number '5'"},
      {"USE fluss.sys", ErrorCode::kSyntax,
       "line 1, column 10: expected ';' or the end of the statement, found '.'"},
      {"USE fluss fluss", ErrorCode::kSyntax,
       "line 1, column 11: expected ';' or the end of the statement, found 'fluss'"},
      {"USE CATALOG a b", ErrorCode::kSyntax,
       "line 1, column 15: expected ';' or the end of the statement, found 'b'"},
      {"USE fluss-catalog", ErrorCode::kSyntax,
       "line 1, column 10: expected ';' or the end of the statement, found '-'"},
      {"USE ``", ErrorCode::kSyntax,
       "line 1, column 5: expected a catalog name after USE, found the name '' in backticks"},
      {"USE `a", ErrorCode::kSyntax,
       "line 1, column 5: the quote ` that opens here is never closed"},
      {"USE .", ErrorCode::kSyntax,
       "line 1, column 5: expected a catalog name after USE, found '.'"},
      {"USE CATALOG CATALOG CATALOG", ErrorCode::kSyntax,
       "line 1, column 21: expected ';' or the end of the statement, found 'CATALOG'"},
      {"USE a; USE b", ErrorCode::kSyntax,
       "line 1, column 8: expected one statement only, nothing after its ';', found 'USE'"},
      {"USE NULL NULL", ErrorCode::kSyntax,
       "line 1, column 10: expected ';' or the end of the statement, found 'NULL'"},
      // The procedure's name.
      {"CALL", ErrorCode::kSyntax,
       "line 1, column 5: expected a procedure name after CALL, found the end of the statement"},
      {"CALL;", ErrorCode::kSyntax,
       "line 1, column 5: expected a procedure name after CALL, found ';'"},
      {"CALL (", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found '('"},
      {"CALL ()", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found '('"},
      {"CALL 'sys.list_acl'('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found a text in single quotes"},
      {"CALL 5()", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found the number '5'"},
      {"CALL list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found "
       "'list_acl'"},
      {"CALL `sys.list_acl`('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found the "
       "name 'sys.list_acl' in backticks"},
      {"CALL list_acl", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found "
       "'list_acl'"},
      {"CALL db.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected 'sys' as the place of procedure 'list_acl', found 'db'"},
      {"CALL fluss_catalog.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected 'sys' as the place of procedure 'list_acl', found "
       "'fluss_catalog'"},
      {"CALL fluss_catalog.db.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 20: expected 'sys' as the place of procedure 'list_acl', found 'db'"},
      {"CALL sys.", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found the end of the statement"},
      {"CALL sys.;", ErrorCode::kSyntax, "line 1, column 10: expected a name after '.', found ';'"},
      {"CALL sys.()", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found '('"},
      {"CALL sys..list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found '.'"},
      {"CALL .list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found '.'"},
      {"CALL sys.5('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found the number '5'"},
      {"CALL sys.'list_acl'('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found a text in single quotes"},
      {"CALL sys.\"list_acl\"('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected a name after '.', found a text in double quotes"},
      {"CALL a.b.sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 8: expected 'sys' as the place of procedure 'sys', found 'b'"},
      {"CALL sys.list_acl.x('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected 'sys' as the place of procedure 'x', found 'list_acl'"},
      {"CALL a.sys.list_acl.x('ANY')", ErrorCode::kSyntax,
       "line 1, column 20: expected '(' after the procedure name, found '.'"},
      {"CALL sys list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: expected '.' after 'sys', found 'list_acl'"},
      {"CALL sys->list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 9: expected '.' after 'sys', found '-'"},
      {"CALL sys:list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 9: expected '.' after 'sys', found ':'"},
      {"CALL sys/list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 9: expected '.' after 'sys', found '/'"},
      {"CALL fluss-catalog.sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 11: expected '.' after 'fluss', found '-'"},
      {"CALL sys.list-acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 14: expected '(' after the procedure name, found '-'"},
      {"CALL ``.sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure name after CALL, found the name '' in backticks"},
      {"CALL `sys`.``('ANY')", ErrorCode::kSyntax,
       "line 1, column 12: expected a name after '.', found the name '' in backticks"},
      {"CALL `sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: the quote ` that opens here is never closed"},
      {"CALL sys.`list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 10: the quote ` that opens here is never closed"},
      {"CALL größe.sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 8: expected '.' after 'gr', found 'ö'"},
      {"CALL sys .\n list_acl", ErrorCode::kSyntax,
       "line 2, column 10: expected '(' after the procedure name, found the end of the statement"},
      {"CALL CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 11: expected '.' after 'CALL', found 'sys'"},
      {"CALL /* sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: the comment '/*' that opens here is never closed"},
      {"CALL -- sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected a procedure name after CALL, found the end of the statement"},
      {"CALL `a\nb`('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found the "
       "name 'a<U+000A>b' in backticks"},
      {"CALL `a``b`('ANY')", ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found the "
       "name 'a`b' in backticks"},
      {"CALL sys\u00A0.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 9: expected '.' after 'sys', found the character U+00A0"},
      {"CALL sys.list_acl\u200B('ANY')", ErrorCode::kSyntax,
       "line 1, column 18: expected '(' after the procedure name, found the character U+200B"},
      {"CALL "
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
       "aaaaaaaaa('ANY')",
       ErrorCode::kSyntax,
       "line 1, column 6: expected a procedure as sys.<name> or <catalog>.sys.<name>, found "
       "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'"},
      // Parentheses, commas and the end.
      {"CALL sys.list_acl", ErrorCode::kSyntax,
       "line 1, column 18: expected '(' after the procedure name, found the end of the statement"},
      {"CALL sys.list_acl;", ErrorCode::kSyntax,
       "line 1, column 18: expected '(' after the procedure name, found ';'"},
      {"CALL sys.list_acl 'ANY'", ErrorCode::kSyntax,
       "line 1, column 19: expected '(' after the procedure name, found a text in single quotes"},
      {"CALL sys.list_acl['ANY']", ErrorCode::kSyntax,
       "line 1, column 18: expected '(' after the procedure name, found '['"},
      {"CALL sys.list_acl{'ANY'}", ErrorCode::kSyntax,
       "line 1, column 18: expected '(' after the procedure name, found '{'"},
      {"CALL sys.list_acl(", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the end of the "
       "statement"},
      {"CALL sys.list_acl(;", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found ';'"},
      {"CALL sys.list_acl('ANY'", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found the end of the statement"},
      {"CALL sys.list_acl('ANY';", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found ';'"},
      {"CALL sys.list_acl('ANY',", ErrorCode::kSyntax,
       "line 1, column 25: expected a text in single quotes or NULL, found the end of the "
       "statement"},
      {"CALL sys.list_acl('ANY',)", ErrorCode::kSyntax,
       "line 1, column 25: expected a text in single quotes or NULL, found ')'"},
      {"CALL sys.list_acl(,)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found ','"},
      {"CALL sys.list_acl(,'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found ','"},
      {"CALL sys.list_acl('ANY',,'ALLOW')", ErrorCode::kSyntax,
       "line 1, column 25: expected a text in single quotes or NULL, found ','"},
      {"CALL sys.list_acl('ANY' 'ALLOW')", ErrorCode::kSyntax,
       "line 1, column 25: expected ',' or ')' after the value, found a text in single quotes"},
      {"CALL sys.list_acl('ANY'\n'ALLOW')", ErrorCode::kSyntax,
       "line 2, column 1: expected ',' or ')' after the value, found a text in single quotes"},
      {"CALL sys.list_acl('ANY' 5)", ErrorCode::kSyntax,
       "line 1, column 25: expected ',' or ')' after the value, found the number '5'"},
      {"CALL sys.list_acl('ANY' principal => 'User:a')", ErrorCode::kSyntax,
       "line 1, column 25: expected ',' or ')' after the value, found 'principal'"},
      {"CALL sys.list_acl('ANY'; 'ALLOW')", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found ';'"},
      {"CALL sys.list_acl('ANY'.'ALLOW')", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found '.'"},
      {"CALL sys.list_acl('ANY' || 'x')", ErrorCode::kSyntax,
       "line 1, column 25: expected ',' or ')' after the value, found '|'"},
      {"CALL sys.list_acl('ANY'))", ErrorCode::kSyntax,
       "line 1, column 25: expected ';' or the end of the statement, found ')'"},
      {"CALL sys.list_acl(('ANY'))", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '('"},
      {"CALL sys.list_acl('ANY') x", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found 'x'"},
      {"CALL sys.list_acl('ANY') 'x'", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found a text in single "
       "quotes"},
      {"CALL sys.list_acl('ANY'),", ErrorCode::kSyntax,
       "line 1, column 25: expected ';' or the end of the statement, found ','"},
      {"CALL sys.list_acl('ANY'); x", ErrorCode::kSyntax,
       "line 1, column 27: expected one statement only, nothing after its ';', found 'x'"},
      {"CALL sys.list_acl('ANY'); CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 27: expected one statement only, nothing after its ';', found 'CALL'"},
      {"CALL sys.list_acl('ANY');;", ErrorCode::kSyntax,
       "line 1, column 26: expected one statement only, nothing after its ';', found ';'"},
      {"CALL sys.list_acl('ANY') CALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found 'CALL'"},
      {"CALL sys.list_acl('ANY') AS t", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found 'AS'"},
      {"CALL sys.list_acl('ANY') -- ;\n;;", ErrorCode::kSyntax,
       "line 2, column 2: expected one statement only, nothing after its ';', found ';'"},
      {"CALL sys.list_acl('ANY',\n    'ALLOW',\n    'User:a',)", ErrorCode::kSyntax,
       "line 3, column 14: expected a text in single quotes or NULL, found ')'"},
      // Values.
      {"CALL sys.list_acl(5)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl(-5)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '-5'"},
      {"CALL sys.list_acl(+5)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '+5'"},
      {"CALL sys.list_acl(1.5)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '1.5'"},
      {"CALL sys.list_acl(1e9)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '1e9'"},
      {"CALL sys.list_acl(200MB)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '200MB'"},
      {"CALL sys.list_acl(0x1F)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '0x1F'"},
      {"CALL sys.list_acl(TRUE)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'TRUE'"},
      {"CALL sys.list_acl(false)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'false'"},
      {"CALL sys.list_acl(ANY)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'ANY'"},
      {"CALL sys.list_acl(DEFAULT)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'DEFAULT'"},
      {"CALL sys.list_acl(\"ANY\")", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found a text in double "
       "quotes"},
      {"CALL sys.list_acl(`ANY`)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the name 'ANY' in "
       "backticks"},
      {"CALL sys.list_acl(*)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '*'"},
      {"CALL sys.list_acl(?)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '?'"},
      {"CALL sys.list_acl(:name)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found ':'"},
      {"CALL sys.list_acl($1)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '$'"},
      {"CALL sys.list_acl(@x)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '@'"},
      {"CALL sys.list_acl(NULLS)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'NULLS'"},
      {"CALL sys.list_acl(`NULL`)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the name 'NULL' in "
       "backticks"},
      {"CALL sys.list_acl(ARRAY['ANY'])", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'ARRAY'"},
      {"CALL sys.list_acl(N'ANY')", ErrorCode::kSyntax,
       "line 1, column 20: expected '=>' after the argument name, found a text in single quotes"},
      {"CALL sys.list_acl(DATE '2024-01-01')", ErrorCode::kSyntax,
       "line 1, column 24: expected '=>' after the argument name, found a text in single quotes"},
      {"CALL sys.list_acl(CAST('ANY' AS STRING))", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'CAST'"},
      {"CALL sys.list_acl(- 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '-'"},
      {"CALL sys.list_acl(.5)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '.'"},
      {"CALL sys.list_acl(‘ANY’)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the typographic quote "
       "'‘'"},
      {"CALL sys.list_acl(“ANY”)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the typographic quote "
       "'“'"},
      {"CALL sys.list_acl(´ANY´)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the typographic quote "
       "'´'"},
      {"CALL sys.list_acl(«ANY»)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '«'"},
      {"CALL sys.list_acl(\u00A0'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the character U+00A0"},
      {"CALL sys.list_acl(\u3000'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the character U+3000"},
      {"\uFEFFCALL sys.list_acl('ANY')", ErrorCode::kSyntax,
       "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found the character U+FEFF"},
      {"CALL sys.list_acl(\007'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the character U+0007"},
      {"CALL sys.list_acl(\177)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the character U+007F"},
      {"CALL sys.list_acl(😀)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '😀'"},
      {"CALL sys.list_acl('größe', 5)", ErrorCode::kSyntax,
       "line 1, column 28: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl('😀😀', 5)", ErrorCode::kSyntax,
       "line 1, column 25: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl('a\nb', 5)", ErrorCode::kSyntax,
       "line 2, column 5: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl('a\r\nb',\r\n  5)", ErrorCode::kSyntax,
       "line 3, column 3: expected a text in single quotes or NULL, found the number '5'"},
      {"\tCALL\tsys.list_acl(\t5)", ErrorCode::kSyntax,
       "line 1, column 21: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl('ANY", ErrorCode::kSyntax,
       "line 1, column 19: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl('ANY)", ErrorCode::kSyntax,
       "line 1, column 19: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl(ANY')", ErrorCode::kSyntax,
       "line 1, column 22: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl('it's')", ErrorCode::kSyntax,
       "line 1, column 23: expected ',' or ')' after the value, found 's'"},
      {"CALL sys.list_acl('''ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 19: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found ''ANY': blanks, control characters, quotes and ';' "
       "are not allowed in a name"},
      {"CALL sys.list_acl('ANY'')", ErrorCode::kSyntax,
       "line 1, column 19: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl('", ErrorCode::kSyntax,
       "line 1, column 19: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl(\"ANY)", ErrorCode::kSyntax,
       "line 1, column 19: the quote \" that opens here is never closed"},
      {"CALL sys.list_acl(`ANY)", ErrorCode::kSyntax,
       "line 1, column 19: the quote ` that opens here is never closed"},
      {"CALL sys.list_acl('ANY' /* why", ErrorCode::kSyntax,
       "line 1, column 25: the comment '/*' that opens here is never closed"},
      {"CALL sys.list_acl('ANY') /*", ErrorCode::kSyntax,
       "line 1, column 26: the comment '/*' that opens here is never closed"},
      {"CALL sys.list_acl('ANY') /*/", ErrorCode::kSyntax,
       "line 1, column 26: the comment '/*' that opens here is never closed"},
      {"CALL sys.list_acl('ANY') */", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found '*'"},
      {"CALL sys.list_acl( -- 'ANY')", ErrorCode::kSyntax,
       "line 1, column 29: expected a text in single quotes or NULL, found the end of the "
       "statement"},
      {"CALL sys.list_acl('ANY') // why", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found '/'"},
      {"CALL sys.list_acl('ANY') # why", ErrorCode::kSyntax,
       "line 1, column 26: expected ';' or the end of the statement, found '#'"},
      {"CALL sys.list_acl('a',\n  /* b */ 'c', 'd\n\n'e')", ErrorCode::kSyntax,
       "line 4, column 2: expected ',' or ')' after the value, found 'e'"},
      // Named arguments.
      {"CALL sys.list_acl(resource = 'ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected '=>' after the argument name, found '='"},
      {"CALL sys.list_acl(resource: 'ANY')", ErrorCode::kSyntax,
       "line 1, column 27: expected '=>' after the argument name, found ':'"},
      {"CALL sys.list_acl(resource := 'ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected '=>' after the argument name, found ':'"},
      {"CALL sys.list_acl(resource == 'ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected '=>' after the argument name, found '='"},
      {"CALL sys.list_acl(resource = > 'ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected '=>' after the argument name, found '='"},
      {"CALL sys.list_acl(resource -> 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'resource'"},
      {"CALL sys.list_acl(resource 'ANY')", ErrorCode::kSyntax,
       "line 1, column 28: expected '=>' after the argument name, found a text in single quotes"},
      {"CALL sys.list_acl(resource)", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'resource'"},
      {"CALL sys.list_acl(resource,", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'resource'"},
      {"CALL sys.list_acl(resource =>)", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found ')'"},
      {"CALL sys.list_acl(resource => )", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found ')'"},
      {"CALL sys.list_acl(resource =>", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found the end of the "
       "statement"},
      {"CALL sys.list_acl(resource =>, 'ANY')", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found ','"},
      {"CALL sys.list_acl(resource => => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found '=>'"},
      {"CALL sys.list_acl(=> 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found '=>'"},
      {"CALL sys.list_acl('resource' => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 30: expected ',' or ')' after the value, found '=>'"},
      {"CALL sys.list_acl(\"resource\" => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found a text in double "
       "quotes"},
      {"CALL sys.list_acl(5 => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl(`` => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected an argument name, found the name '' in backticks"},
      {"CALL sys.list_acl(resource => principal => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found 'principal'"},
      {"CALL sys.list_acl(resource => CLUSTER)", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found 'CLUSTER'"},
      {"CALL sys.list_acl(resource => cluster.db)", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found 'cluster'"},
      {"CALL sys.list_acl(resource => 5)", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found the number '5'"},
      {"CALL sys.list_acl(resource => TRUE)", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found 'TRUE'"},
      {"CALL sys.list_acl(resource => \"ANY\")", ErrorCode::kSyntax,
       "line 1, column 31: expected a text in single quotes or NULL, found a text in double "
       "quotes"},
      {"CALL sys.list_acl(resource => 'ANY' principal => 'x')", ErrorCode::kSyntax,
       "line 1, column 37: expected ',' or ')' after the value, found 'principal'"},
      {"CALL sys.list_acl(\n  resource => 'ANY',\n  host = '*'\n)", ErrorCode::kSyntax,
       "line 3, column 8: expected '=>' after the argument name, found '='"},
      {"CALL sys.list_acl(sys.resource => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'sys'"},
      {"CALL sys.list_acl(resource => 'ANY", ErrorCode::kSyntax,
       "line 1, column 31: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl(resource 'ANY)", ErrorCode::kSyntax,
       "line 1, column 28: the quote ' that opens here is never closed"},
      {"CALL sys.list_acl(NULL = 'ANY')", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found '='"},
      {"CALL sys.list_acl(NULL 'ANY')", ErrorCode::kSyntax,
       "line 1, column 24: expected ',' or ')' after the value, found a text in single quotes"},
      {"CALL sys.list_acl(resource => NULL NULL)", ErrorCode::kSyntax,
       "line 1, column 36: expected ',' or ')' after the value, found 'NULL'"},
      {"CALL sys.list_acl(resource=>'ANY',host=>*)", ErrorCode::kSyntax,
       "line 1, column 41: expected a text in single quotes or NULL, found '*'"},
      {"CALL sys.list_acl(résource => 'ANY')", ErrorCode::kSyntax,
       "line 1, column 19: expected a text in single quotes or NULL, found 'r'"},
      // Bytes that are no text.
      {"CALL sys.list_acl('\xff')", ErrorCode::kSyntax,
       "line 1, column 20: expected UTF-8 text without NULs, found the byte 0xff"},
      {"\xff"
       "CALL",
       ErrorCode::kSyntax,
       "line 1, column 1: expected UTF-8 text without NULs, found the byte 0xff"},
      {"CALL sys.list_acl('a\xc3')", ErrorCode::kSyntax,
       "line 1, column 21: expected UTF-8 text without NULs, found the byte 0xc3"},
      {"CALL sys.list_acl('\xc0\xaf')", ErrorCode::kSyntax,
       "line 1, column 20: expected UTF-8 text without NULs, found the byte 0xc0"},
      {"CALL sys.list_acl('\xed\xa0\x80')", ErrorCode::kSyntax,
       "line 1, column 20: expected UTF-8 text without NULs, found the byte 0xed"},
      {"CALL sys.list_acl('\xf4\x90\x80\x80')", ErrorCode::kSyntax,
       "line 1, column 20: expected UTF-8 text without NULs, found the byte 0xf4"},
      {"CALL sys.list_acl('ANY') -- \xe9t\xe9", ErrorCode::kSyntax,
       "line 1, column 29: expected UTF-8 text without NULs, found the byte 0xe9"},
      {"CALL sys.list_acl('ää\x80')", ErrorCode::kSyntax,
       "line 1, column 22: expected UTF-8 text without NULs, found the byte 0x80"},
      {std::string("CALL sys.list_acl('a\000b')", 24), ErrorCode::kSyntax,
       "line 1, column 21: expected UTF-8 text without NULs, found the byte 0x00"},
      {std::string("CALL sys.list_acl('ANY')\000", 25), ErrorCode::kSyntax,
       "line 1, column 25: expected UTF-8 text without NULs, found the byte 0x00"},
      {"CALL sys.list_acl('ANY',\n'\xfe')", ErrorCode::kSyntax,
       "line 2, column 2: expected UTF-8 text without NULs, found the byte 0xfe"},
      {"\xef\xbb", ErrorCode::kSyntax,
       "line 1, column 1: expected UTF-8 text without NULs, found the byte 0xef"},
      {"SELECT '\xe2\x82'", ErrorCode::kSyntax,
       "line 1, column 9: expected UTF-8 text without NULs, found the byte 0xe2"},
      // Procedures that do not exist.
      {"CALL sys.nothing()", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.nothing does not exist. SHOW PROCEDURES lists those that "
       "do."},
      {"CALL sys.list_acls('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.list_acls does not exist. SHOW PROCEDURES lists those that "
       "do; did you mean 'sys.list_acl'?"},
      {"CALL sys.lst_acl('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.lst_acl does not exist. SHOW PROCEDURES lists those that "
       "do; did you mean 'sys.list_acl'?"},
      {"CALL cat.sys.addacl('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 10: Procedure sys.addacl does not exist. SHOW PROCEDURES lists those that "
       "do; did you mean 'sys.add_acl'?"},
      {"CALL SYS.Show_Procedures()", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure SYS.Show_Procedures does not exist. SHOW PROCEDURES lists "
       "those that do."},
      {"CALL sys.rebalance('REPLICA_DISTRIBUTION')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.rebalance does not exist. SHOW PROCEDURES lists those that "
       "do."},
      {"CALL sys.set_cluster_configs(config_pairs => 'datalake.format', 'paimon')",
       ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.set_cluster_configs does not exist. SHOW PROCEDURES lists "
       "those that do."},
      {"CALL sys.`list acl`('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.list acl does not exist. SHOW PROCEDURES lists those that "
       "do; did you mean 'sys.list_acl'?"},
      {"CALL sys.`list_acl `('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.list_acl  does not exist. SHOW PROCEDURES lists those that "
       "do; did you mean 'sys.list_acl'?"},
      {"CALL sys.`a\tb`()", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.a<U+0009>b does not exist. SHOW PROCEDURES lists those "
       "that do."},
      {"CALL "
       "sys.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx()",
       ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure "
       "sys.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… does not exist. SHOW "
       "PROCEDURES lists those that do."},
      {"CALL sys.sys('ANY')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.sys does not exist. SHOW PROCEDURES lists those that do."},
      {"CALL\n  sys.drop_acl_s()", ErrorCode::kProcedureNotExist,
       "line 2, column 3: Procedure sys.drop_acl_s does not exist. SHOW PROCEDURES lists those "
       "that do; did you mean 'sys.drop_acl'?"},
      // Arguments that do not fit the parameters.
      {"CALL sys.list_acl()", ErrorCode::kInvalidArgument,
       "line 1, column 19: sys.list_acl needs a value for resource"},
      {"CALL sys.add_acl()", ErrorCode::kInvalidArgument,
       "line 1, column 18: sys.add_acl needs a value for resource, permission, principal and "
       "operation"},
      {"CALL sys.drop_acl()", ErrorCode::kInvalidArgument,
       "line 1, column 19: sys.drop_acl needs a value for resource, permission, principal and "
       "operation"},
      {"CALL sys.drop_acl('ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 24: sys.drop_acl needs a value for permission, principal and operation"},
      {"CALL sys.drop_acl(host => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 32: sys.drop_acl needs a value for resource, permission, principal and "
       "operation"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:Alice')", ErrorCode::kInvalidArgument,
       "line 1, column 50: sys.add_acl needs a value for operation"},
      {"CALL sys.add_acl(\n  resource => 'CLUSTER',\n  permission => 'ALLOW',\n  principal => "
       "'User:Alice'\n)",
       ErrorCode::kInvalidArgument, "line 5, column 1: sys.add_acl needs a value for operation"},
      {"CALL sys.list_acl('ANY', 'ANY', 'ANY', 'ANY', 'ANY', 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 54: expected at most 5 arguments, found one more; sys.list_acl takes "
       "resource, permission, principal, operation and host"},
      {"CALL sys.list_acl(NULL, NULL, NULL, NULL, NULL, NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 49: expected at most 5 arguments, found one more; sys.list_acl takes "
       "resource, permission, principal, operation and host"},
      {"CALL sys.list_acl(resourc => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 19: sys.list_acl has no parameter 'resourc'; did you mean 'resource'?"},
      {"CALL sys.list_acl(resource_name => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 19: sys.list_acl has no parameter 'resource_name'; it takes resource, "
       "permission, principal, operation and host"},
      {"CALL sys.list_acl('ANY', hots => '*')", ErrorCode::kInvalidArgument,
       "line 1, column 26: sys.list_acl has no parameter 'hots'; did you mean 'host'?"},
      {"CALL sys.list_acl('ANY', pricipal => 'User:a')", ErrorCode::kInvalidArgument,
       "line 1, column 26: sys.list_acl has no parameter 'pricipal'; did you mean 'principal'?"},
      {"CALL sys.list_acl('ANY', x => 'User:a')", ErrorCode::kInvalidArgument,
       "line 1, column 26: sys.list_acl has no parameter 'x'; it takes resource, permission, "
       "principal, operation and host"},
      {"CALL sys.list_acl(`resource ` => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 19: sys.list_acl has no parameter 'resource '; did you mean 'resource'?"},
      {"CALL sys.list_acl(resource => 'ANY', resource => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 38: resource is given twice"},
      {"CALL sys.list_acl(resource => 'ANY', RESOURCE => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 38: resource is given twice"},
      {"CALL sys.list_acl('ANY', resource => 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 26: resource is given twice"},
      {"CALL sys.list_acl(NULL, resource => NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 25: resource is given twice"},
      {"CALL sys.list_acl(resource => 'ANY', 'ALLOW')", ErrorCode::kInvalidArgument,
       "line 1, column 38: expected a name for this argument (name => 'text'), because the one "
       "before it has a name; sys.list_acl takes resource, permission, principal, operation and "
       "host"},
      {"CALL sys.list_acl('ANY', permission => 'ALLOW', 'User:a')", ErrorCode::kInvalidArgument,
       "line 1, column 49: expected a name for this argument (name => 'text'), because the one "
       "before it has a name; sys.list_acl takes resource, permission, principal, operation and "
       "host"},
      {"CALL sys.add_acl(config_keys => 'a', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 18: sys.add_acl has no parameter 'config_keys'; it takes resource, "
       "permission, principal, operation and host"},
      {"CALL sys.list_acl(resource => 'ANY',\n                  resource => 'ANY')",
       ErrorCode::kInvalidArgument, "line 2, column 19: resource is given twice"},
      {"CALL sys.add_acl(NULL, 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource: expected a text, found NULL"},
      {"CALL sys.add_acl('CLUSTER', NULL, 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 29: permission: expected a text, found NULL"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', NULL, 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal: expected a text, found NULL"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 48: operation: expected a text, found NULL"},
      {"CALL sys.add_acl(resource => NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 30: resource: expected a text, found NULL"},
      // Values that are not what the parameter takes.
      {"CALL sys.add_acl('CLUSTER', 'PERMIT', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 29: permission must be ALLOW or DENY, found 'PERMIT'"},
      {"CALL sys.add_acl('CLUSTER', '', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 29: permission must be ALLOW or DENY, found ''"},
      {"CALL sys.add_acl('CLUSTER', ' ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 29: permission must be ALLOW or DENY, found ' ALLOW'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'Alice', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found 'Alice': "
       "there is no ':'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found 'User:': "
       "type and name must not be empty"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', ':a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found ':a': "
       "type and name must not be empty"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a:b', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found "
       "'User:a:b': more than one ':'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', '*:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found '*:a': "
       "type '*' goes only with name '*' (everyone); write 'User:*' for all users"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a ', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal must be in format PrincipalType:PrincipalName, found 'User:a "
       "': blanks around type or name"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'SELECT')", ErrorCode::kInvalidArgument,
       "line 1, column 48: operation must be one of ALL, READ, WRITE, CREATE, DELETE (or DROP), "
       "ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE, found 'SELECT'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', '')", ErrorCode::kInvalidArgument,
       "line 1, column 48: operation must be one of ALL, READ, WRITE, CREATE, DELETE (or DROP), "
       "ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE, found ''"},
      {"CALL sys.add_acl('', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found '': a piece between dots is empty"},
      {"CALL sys.add_acl('cluster.', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'cluster.': a piece between dots is empty"},
      {"CALL sys.add_acl('a..b', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'a..b': a piece between dots is empty"},
      {"CALL sys.add_acl('a.b.c', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'a.b.c': too many pieces"},
      {"CALL sys.add_acl('my db', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'my db': blanks, control characters, quotes and ';' "
       "are not allowed in a name"},
      {"CALL sys.add_acl('db*', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'db*': '*' stands only for a whole name (patterns "
       "like 'db*' do not exist)"},
      {"CALL sys.add_acl('db;x', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'db;x': blanks, control characters, quotes and ';' "
       "are not allowed in a name"},
      {"CALL sys.add_acl('it''s', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'it's': blanks, control characters, quotes and ';' "
       "are not allowed in a name"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', '')", ErrorCode::kInvalidArgument,
       "line 1, column 56: host must be '*', an IP address or a block like '10.0.0.0/8', found ''"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', 'localhost')",
       ErrorCode::kInvalidArgument,
       "line 1, column 56: host must be '*', an IP address or a block like '10.0.0.0/8', found "
       "'localhost'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', '10.0.0.1/8')",
       ErrorCode::kInvalidArgument,
       "line 1, column 56: host must be '*', an IP address or a block like '10.0.0.0/8', found "
       "'10.0.0.1/8': bits behind the prefix are set; the block is '10.0.0.0/8'"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', '10.0.0.0/33')",
       ErrorCode::kInvalidArgument,
       "line 1, column 56: host must be '*', an IP address or a block like '10.0.0.0/8', found "
       "'10.0.0.0/33': behind '/' stands a number from 0 to 32"},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', '300.0.0.1')",
       ErrorCode::kInvalidArgument,
       "line 1, column 56: host must be '*', an IP address or a block like '10.0.0.0/8', found "
       "'300.0.0.1'"},
      {"CALL sys.add_acl('ANY', 'ALLOW', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource: Wildcard 'ANY' can only be used for filtering, not for adding "
       "ACL entries."},
      {"CALL sys.add_acl('CLUSTER', 'ANY', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 29: permission: Wildcard 'ANY' can only be used for filtering, not for "
       "adding ACL entries."},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'any', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 38: principal: Wildcard 'ANY' can only be used for filtering, not for "
       "adding ACL entries."},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'Any')", ErrorCode::kInvalidArgument,
       "line 1, column 48: operation: Wildcard 'ANY' can only be used for filtering, not for "
       "adding ACL entries."},
      {"CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 56: host: Wildcard 'ANY' can only be used for filtering, not for adding ACL "
       "entries."},
      {"CALL sys.add_acl('ANY', 'ANY', 'ANY', 'ANY', 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource: Wildcard 'ANY' can only be used for filtering, not for adding "
       "ACL entries."},
      {"CALL sys.add_acl('ANY', 'nope', 'User:a', 'READ')", ErrorCode::kInvalidArgument,
       "line 1, column 25: permission must be ALLOW or DENY, found 'nope'"},
      {"CALL sys.add_acl('x..', 'nope', 'nope', 'nope', 'nope')", ErrorCode::kInvalidArgument,
       "line 1, column 25: permission must be ALLOW or DENY, found 'nope'"},
      {"CALL sys.add_acl('x..', 'ALLOW', 'nope', 'nope', 'nope')", ErrorCode::kInvalidArgument,
       "line 1, column 34: principal must be in format PrincipalType:PrincipalName, found 'nope': "
       "there is no ':'"},
      {"CALL sys.add_acl('x..', 'ALLOW', 'User:a', 'nope', 'nope')", ErrorCode::kInvalidArgument,
       "line 1, column 44: operation must be one of ALL, READ, WRITE, CREATE, DELETE (or DROP), "
       "ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE, found 'nope'"},
      {"CALL sys.add_acl('x..', 'ALLOW', 'User:a', 'READ', 'nope')", ErrorCode::kInvalidArgument,
       "line 1, column 18: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'x..': a piece between dots is empty"},
      {"CALL sys.drop_acl('ANY', 'ANY', 'Alice', 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 33: principal must be in format PrincipalType:PrincipalName, found 'Alice': "
       "there is no ':'"},
      {"CALL sys.drop_acl('a.b.c.d', 'ANY', 'ANY', 'ANY')", ErrorCode::kInvalidArgument,
       "line 1, column 19: resource must be CLUSTER, a database, or database.table, each with or "
       "without the prefix 'cluster.', found 'a.b.c.d': too many pieces"},
      {"CALL sys.drop_acl('ANY', 'ANY', 'ANY', 'ANY', 'nohost')", ErrorCode::kInvalidArgument,
       "line 1, column 47: host must be '*', an IP address or a block like '10.0.0.0/8', found "
       "'nohost'"},
      {"CALL sys.list_acl('ANY', operation => 'REED')", ErrorCode::kInvalidArgument,
       "line 1, column 39: operation must be one of ALL, READ, WRITE, CREATE, DELETE (or DROP), "
       "ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE, found 'REED'"},
      {"CALL sys.list_acl(\n  resource => 'ANY',\n  principal => 'Alice'\n)",
       ErrorCode::kInvalidArgument,
       "line 3, column 16: principal must be in format PrincipalType:PrincipalName, found 'Alice': "
       "there is no ':'"},
      {"CALL sys.list_acl(\n  'ANY',\n  permission =>\n    'MAYBE'\n)", ErrorCode::kInvalidArgument,
       "line 4, column 5: permission must be ALLOW or DENY, found 'MAYBE'"},
      {"CALL sys.list_acl('größe', principal => 'Zoë')", ErrorCode::kInvalidArgument,
       "line 1, column 41: principal must be in format PrincipalType:PrincipalName, found 'Zoë': "
       "there is no ':'"},
  };
  return kRefusals;
}

TEST(Malformed, EveryRefusalNamesPlaceExpectationAndFinding) {
  for (const Refusal& refusal : Refusals()) {
    std::optional<Error> error = ErrorOf(refusal.text);
    ASSERT_TRUE(error.has_value()) << refusal.text << " is accepted";
    EXPECT_EQ(error->message, refusal.message) << refusal.text;
    EXPECT_EQ(static_cast<int>(error->code), static_cast<int>(refusal.code)) << refusal.text;
  }
  std::printf("malformed statements: refused=%zu\n", Refusals().size());
}

// The promise is a number: reliability goal S2.
TEST(Malformed, ThereAreEnough) { EXPECT_GE(Refusals().size(), 150u); }

TEST(Malformed, NoTextIsListedTwice) {
  std::set<std::string> texts;
  for (const Refusal& refusal : Refusals()) {
    EXPECT_TRUE(texts.insert(refusal.text).second) << refusal.text;
  }
}

// Texts may be secrets, and errors travel far.
TEST(Malformed, SyntaxErrorsDoNotRepeatTexts) {
  for (const char* text :
       {"CALL sys.set('key' 'hunter2')", "CALL sys.set(a = 'hunter2')", "'hunter2'",
        "CALL sys.set('key', \"hunter2\")", "USE 'hunter2'", "CALL sys.set('a') 'hunter2'",
        "CALL 'hunter2'", "CALL sys.set('hunter2", "CALL sys.set(`key` 'hunter2)"}) {
    EXPECT_EQ(MessageOf(text).find("hunter2"), std::string::npos) << text;
    EXPECT_NE(MessageOf(text), "") << text;
  }
}

}  // namespace
}  // namespace pegel::procedures
