#include "reports/detail/uncategorized.h"

#include <regex>

#include "tests/catch.h"
#include "tests/reports/samples/foreign_samples.h"

// What the rules of categories leave out, and the rule that is offered for it.
namespace winnow::reports {

namespace {

bool tells(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

profiles::SampledProfile& cpu_profile(profiles::Recording& recording, size_t variant) {
  return *recording.profiles.at(recording.variants[variant].name).cpu;
}

Uncategorized found_in(const profiles::Recording& recording, std::optional<size_t> only = {}) {
  return find_uncategorized(Measured(recording), only);
}

}  // namespace

TEST_CASE("functions in no category are summed over the variants asked for") {
  profiles::Recording recording = foreign_recording();
  REQUIRE(recording.variants.size() == 2);
  const double first_s = *cpu_profile(recording, 0).functions.front().flat_s,
               second_s = *cpu_profile(recording, 1).functions.front().flat_s;
  const Uncategorized both = found_in(recording);
  REQUIRE(both.functions.size() == 1);
  CHECK(both.functions.front().function == "deflate_slow");
  CHECK(both.functions.front().seconds == Approx(first_s + second_s));
  CHECK(both.functions.front().share == Approx((first_s + second_s) / both.sampled_s));
  CHECK(both.nameless.empty());
  const Uncategorized one = found_in(recording, 1);
  CHECK(one.variants == 1);
  CHECK(one.sampled_s == Approx(cpu_profile(recording, 1).sampled_s));
  CHECK(one.functions.front().seconds == Approx(second_s));
}

TEST_CASE("files without symbols are told, in a category or not") {
  profiles::Recording recording = foreign_recording();
  auto& functions = cpu_profile(recording, 0).functions;
  for (const auto& [name, category] :
       {std::pair("[libz.so.1]", "compression"), std::pair("[git]", "other"),
        std::pair("[anonymous memory]", "other")})
    functions.push_back({name, category, 0.25, 0.25, 250, 250});
  const Uncategorized found = found_in(recording, 0);
  REQUIRE(found.nameless.size() == 2);
  CHECK(found.nameless.front().seconds == 0.25);
  REQUIRE(found.functions.size() == 3);
}

TEST_CASE("the text is plain, whole where it is asked for, and says what it leaves out") {
  profiles::Recording recording = foreign_recording();
  auto& functions = cpu_profile(recording, 0).functions;
  const std::string endless = "planted::" + std::string(300, 'x');
  functions.push_back({endless, "other", 0.5, 0.5, 500, 500});
  functions.push_back({"a\x1b[31m'b", "other", 0.001, 0.001, 1, 1});
  const Uncategorized found = found_in(recording, 0);
  const std::string text = to_text(found, 20, 0);
  CHECK(tells(text, "No rule takes 3 functions"));
  CHECK(tells(text, endless + "\n"));
  CHECK_FALSE(tells(text, "\x1b"));
  CHECK(tells(text, "  '^deflate_slow$',\n"));
  CHECK(tells(text, R"(  '^a.\[31m.b$',)"));
  const std::string narrow = to_text(found, 2, 60);
  CHECK_FALSE(tells(narrow, endless + "\n"));
  CHECK(tells(narrow, "other functions (1)"));
  CHECK(tells(narrow, "'^planted::xxx"));

  for (auto& function : functions) function.category = "memory";
  const std::string none = to_text(found_in(recording, 0), 20, 0);
  CHECK(tells(none, "No rule takes 0 functions"));
  CHECK_FALSE(tells(none, "[[cpu]]"));

  recording.profiles.clear();
  CHECK(tells(to_text(found_in(recording), 20, 0), "unavailable"));
}

TEST_CASE("the expression offered for a function matches that function alone") {
  for (const std::string name : {"main", "std::vector::operator[]", "runtime.(*mheap).alloc.func1",
                                 "operator new", "<alloc::vec::Vec<T> as core::fmt::Debug>::fmt",
                                 "a^b$c|d?e*f+g{h}\\i", "[libz.so.1]", "it's", "main.main.func2"}) {
    INFO(name);
    std::string expression = rule_expression(name);
    REQUIRE(expression.size() > 2);
    expression = expression.substr(1, expression.size() - 2);
    CHECK(expression.find('\'') == std::string::npos);
    CHECK(std::regex_search(name, std::regex(expression)));
    CHECK_FALSE(std::regex_search(name + "2", std::regex(expression)));
    CHECK_FALSE(std::regex_search("x" + name, std::regex(expression)));
  }
  CHECK(rule_expression(std::string(10'000, '*')).size() < 512);
}

}  // namespace winnow::reports
