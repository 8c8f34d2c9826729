#include "reports/plots/flame_svg.h"
#include "tests/catch.h"
#include "tests/reports/samples/picture_samples.h"

namespace winnow::reports {

namespace {

constexpr double kTexts = 32;

profiles::Stacks cpu(size_t variant) { return *sample_pictures().variants[variant].cpu.data; }

FlameScale scale(double share = 0) {
  return {FlameWeight::kSeconds, FlameOrder::kCallers, kTexts, share};
}

FlameNode tree(size_t variant, FlameOrder order = FlameOrder::kCallers) {
  return flame_tree({FlameWeight::kSeconds, order, kTexts, 0}, cpu(variant));
}

FlameNode difference(size_t from, size_t to, double share) {
  const profiles::Stacks after = cpu(to);
  return flame_tree(scale(share), cpu(from), &after);
}

const FlameNode* find(const FlameNode& node, const std::string& name) {
  if (node.name == name) return &node;
  for (const FlameNode& child : node.children)
    if (const FlameNode* found = find(child, name)) return found;
  return nullptr;
}

// A frame holds at least what its children hold, and every frame has room in its parent.
bool adds_up(const FlameNode& node) {
  double first = 0, second = 0, width = 0;
  for (const FlameNode& child : node.children) {
    if (!adds_up(child)) return false;
    first += child.first.value;
    second += child.second.value;
    width += child.width;
  }
  return first <= node.first.value * 1.000001 && second <= node.second.value * 1.000001 &&
         width <= node.width * 1.000001;
}

}  // namespace

TEST_CASE("a flame graph's root holds all samples, of a text") {
  const FlameNode root = tree(0);
  CHECK(root.first.samples == 8512);
  CHECK(root.first.value == Approx(8512 * 0.01 / 10 / kTexts));
  REQUIRE(root.children.size() == 1);
  CHECK(root.children[0].name == "main");
  CHECK(find(root, "matmul_q8_0")->first.samples == 4000);
  CHECK(find(root, "forward")->first.samples == 5010);
}

TEST_CASE("from the leaves, the functions that ran are the root's children") {
  const FlameNode root = tree(0, FlameOrder::kLeaves);
  CHECK(root.first.samples == 8512);
  CHECK(root.children.size() == 6);
  CHECK(find(root, "clone3")->children[0].name == "pthread_create");
}

TEST_CASE("bytes are taken as they are, without an error") {
  const FlameNode root = flame_tree({FlameWeight::kBytes, FlameOrder::kCallers, kTexts, 0}, cpu(0));
  CHECK(root.first.value == Approx(8512 * 1000.0 / 10 / kTexts));
  CHECK(root.first.error == 0);
}

TEST_CASE("small frames become one among their siblings, and nothing is lost") {
  const FlameNode root = flame_tree(scale(0.001), cpu(0));
  CHECK(find(root, "rare") == nullptr);
  const FlameNode& folded = root.children[0].children.back();
  CHECK(folded.folded == 3);
  CHECK(folded.first.samples == 2);
  CHECK(adds_up(root));
  CHECK(root.width == Approx(root.first.value));
}

TEST_CASE("the difference names what grew, what shrank, and what is within the sampling error") {
  const FlameNode root = difference(0, 1, 0.001);
  CHECK(adds_up(root));
  const FlameNode* created = find(root, "pthread_create");
  REQUIRE(created);
  CHECK(created->second.value == 0);
  CHECK(change_of(*created).proven);
  CHECK(change_of(*created).value == Approx(-3000 * 0.01 / 10 / kTexts));
  const FlameNode* attention = find(root, "attention");
  REQUIRE(attention);
  CHECK_FALSE(change_of(*attention).proven);  // 1010 against 1000 samples
  const FlameNode reversed = difference(1, 0, 0);
  CHECK(change_of(*find(reversed, "pthread_create")).value > 0);
}

TEST_CASE("every frame has its figures as a title, escaped, and a colour by its class") {
  const FlameNode root = difference(0, 1, 0);
  FlameFigure figure;
  figure.id = "x";
  figure.title = "<title>";
  figure.first = "Spawns";
  figure.second = "Waits";
  const std::string svg = html_figure(figure, root);
  CHECK(svg.find("<title>attention\nengine/compute.cpp:7\nSpawns 31.6ms, Waits 31.2ms: ~ -") !=
        std::string::npos);
  CHECK(svg.find("class=\"frame shrunk4\"") != std::string::npos);
  CHECK(svg.find("class=\"frame same\"") != std::string::npos);
  CHECK(svg.find("&lt;/script&gt;&lt;b&gt;&amp;|") != std::string::npos);
  CHECK(svg.find("<strong>&lt;title&gt;") != std::string::npos);
}

TEST_CASE("without samples there is no picture but the reason") {
  const FlameNode root = flame_tree(scale(0.001), {});
  FlameFigure figure;
  figure.id = "x";
  CHECK(html_figure(figure, root).find("unavailable: no samples") != std::string::npos);
}

}  // namespace winnow::reports
