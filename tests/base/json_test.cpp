#include "base/json.h"

#include <limits>

#include "base/error.h"
#include "base/sanitizers.h"
#include "tests/catch.h"

using namespace winnow::base;

namespace {

std::string error_of(const std::string& text) {
  try {
    parse_json(text, "file");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a document is written as it was read, in the order of its keys") {
  const std::string text =
      R"({"z":[null,true,-1,1.5,"\"\n∑"],"a":{},"m":[],"b":18446744073709551615})";
  const Json json = parse_json(text, "file");
  CHECK(json.text() == text);
  CHECK(json.find("z")->elements()[4].string() == "\"\n\xE2\x88\x91");
  CHECK(json.find("b")->as_uint64() == std::numeric_limits<uint64_t>::max());
  CHECK_FALSE(json.find("b")->as_int64());
  CHECK(json.find("a")->is_object());
  CHECK(json.find("missing") == nullptr);
  CHECK(Json{{"one", 1}, {"list", std::vector<int>{2, 3}}}.text(2) ==
        "{\n  \"one\": 1,\n  \"list\": [\n    2,\n    3\n  ]\n}");
}

TEST_CASE("integers beyond 2^53 stay exact") {
  for (const char* text : {"9007199254740993", "9223372036854775807", "-9223372036854775808",
                           "-9007199254740993", "9223372036854775809"})
    CHECK(parse_json(text, "file").text() == text);
  CHECK(Json((int64_t{1} << 53) + 1).text() == "9007199254740993");
  CHECK(parse_json("9007199254740993", "file").as_int64() == (int64_t{1} << 53) + 1);
  CHECK(parse_json("9007199254740993", "file") != parse_json("9007199254740992", "file"));
  CHECK(Json(7) == parse_json("7", "file"));
  CHECK(Json(-7) != Json(uint64_t{7}));
}

TEST_CASE("what a text may not be is told with its line") {
  CHECK(error_of("") == "file: line 1: not JSON");
  CHECK(error_of("{\n\"a\": 1,\n]") == "file: line 3: not JSON");
  CHECK(error_of("1 2") == "file: line 1: not JSON");
  CHECK(error_of("\"\xFF\"") == "file: line 1: not JSON");
  CHECK(error_of("[1e999]") == "file: a number is out of range");
  CHECK(error_of(std::string(1'000'000, '[')) == "file: nested too deeply");
  CHECK(error_of(R"({"a": 1, "b": 2, "a": 3})") == "file: the key \"a\" stands twice in an object");
  CHECK(error_of(std::string(32, '[') + std::string(32, ']')).empty());
}

TEST_CASE("a value of another kind is an error, not a default") {
  CHECK_THROWS_WITH(Json("text").number(), "JSON: not a number");
  CHECK_THROWS_WITH(Json(1).string(), "JSON: not a string");
  CHECK_THROWS_WITH(Json::object().elements(), "JSON: not an array");
  CHECK_THROWS_WITH(Json::array()["key"], "JSON: not an object");
  CHECK_FALSE(Json(1.0).as_int64());
  CHECK(Json(7).number() == 7.0);
}

TEST_CASE("keys are added and erased") {
  Json json;
  json["a"] = 1;
  json["b"]["c"] = "x";
  json["a"] = {{"d", false}};
  CHECK(json.text() == R"({"a":{"d":false},"b":{"c":"x"}})");
  CHECK(json.erase("a"));
  CHECK_FALSE(json.erase("a"));
  CHECK_FALSE(Json(1).erase("a"));
  CHECK(json.text() == R"({"b":{"c":"x"}})");
}

TEST_CASE("control characters are escaped, and read as they were") {
  const std::string text = "é\u202E\u2069\u061C\u2028\x7F\xC2\x9B\x1B€\u2010Ø";
  const std::string written = Json(text).text();
  CHECK(written == R"("é\u202e\u2069\u061c\u2028\u007f\u009b\u001b€‐Ø")");
  CHECK(parse_json(written, "text").string() == text);
}

TEST_CASE("bytes that are not UTF-8 become replacement characters") {
  CHECK(Json("a\xFFz").text() == "\"a\xEF\xBF\xBDz\"");
}

// A sanitizer keeps the stack of each of the millions of allocations, for minutes.
#if !WINNOW_ADDRESS_SANITIZER
TEST_CASE("a document of too many values is refused before it fills memory") {
  std::string text = "[";
  while (text.size() < 2 * kMostJsonValues - 4) text += "0,";
  CHECK(parse_json(text + "0]", "file").elements().size() == kMostJsonValues - 1);
  CHECK(error_of(text + "0,0]") == "file: more than 4194304 values");
  std::string empty = "[";
  while (empty.size() < 3 * kMostJsonValues) empty += "[],";
  CHECK(error_of(empty + "0]") == "file: more than 4194304 values");
}
#endif
