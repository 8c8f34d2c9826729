#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "profiles/recording/sha256.h"
#include "tests/catch.h"
#include "tests/cli/program.h"

using namespace winnow;
using testing::TinyModel;

namespace {

// `winnow ARGUMENTS` in the folder, whose input stays open while it is asked.
class Conversation {
 public:
  Conversation(const Scratch& folder, const std::vector<std::string>& arguments) : folder_(folder) {
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      std::vector<char*> argv{const_cast<char*>(WINNOW_PROGRAM)};
      for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      if (::chdir(folder.path().c_str()) != 0 || ::dup2(in[0], STDIN_FILENO) < 0 ||
          ::dup2(out[1], STDOUT_FILENO) < 0 || std::freopen("stderr", "w", stderr) == nullptr)
        ::_exit(127);
      ::execv(WINNOW_PROGRAM, argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
  }
  ~Conversation() {
    if (child_ > 0) finish();
  }

  // The next line of its answer; what there is of it where it ends or keeps silent.
  std::string ask(const std::string& text) {
    const std::string line = text + "\n";
    if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return "";
    std::string answer;
    pollfd wanted{from_, POLLIN, 0};
    constexpr int kGivenUpMs = 60'000;
    for (char c = 0; ::poll(&wanted, 1, kGivenUpMs) > 0 && ::read(from_, &c, 1) == 1 && c != '\n';)
      answer += c;
    return answer;
  }

  // Closes its input; its exit status, or 128 + signal.
  int finish() {
    ::close(to_);
    ::close(from_);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string errors() const { return base::read_file(folder_ / "stderr"); }

 private:
  const Scratch& folder_;
  pid_t child_ = 0;
  int to_ = -1, from_ = -1;
};

const std::vector<std::string> kEmbed{"embed", "--model", "tiny.gguf"};

testing::Result embed(const Scratch& folder, const std::string& input,
                      const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = kEmbed;
  arguments.insert(arguments.end(), options.begin(), options.end());
  return testing::winnow(folder, arguments, input);
}

}  // namespace

TEST_CASE("embed and tokenize answer each line of a pipe that stays open") {
  TinyModel tiny;
  Conversation embedding(tiny, kEmbed);
  for (const char* text : {"how to bake bread", "", "a river"})
    CHECK(embedding.ask(text) + "\n" == embed(tiny, std::string(text) + "\n").out);
  CHECK(embedding.finish() == 0);
  Conversation tokens(tiny, {"tokenize", "--model", "tiny.gguf"});
  CHECK(tokens.ask("") == "2 1");
  CHECK(tokens.ask("bread").starts_with("2 "));
  CHECK(tokens.finish() == 0);
}

TEST_CASE("lines that come together are answered together, whatever the pipe cuts") {
  TinyModel tiny;
  std::string input;
  for (int i = 0; i < 100; ++i)
    input += "line " + std::to_string(i) + std::string(i % 7, '\r') + "\n";
  input += "last";
  std::string one_by_one;
  Conversation conversation(tiny, {"tokenize", "--model", "tiny.gguf"});
  std::string rest = input + "\n";
  for (size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
    one_by_one += conversation.ask(rest.substr(0, end)) + "\n";
  CHECK(testing::winnow(tiny, {"tokenize", "--model", "tiny.gguf"}, input).out == one_by_one);
}

TEST_CASE("a model that shrinks while it is used is one line and status 3, not a signal") {
  TinyModel tiny;
  Conversation conversation(tiny, kEmbed);
  REQUIRE(conversation.ask("one").starts_with("["));
  std::filesystem::resize_file(tiny / "tiny.gguf", 4096);
  CHECK(conversation.ask("two") == "");
  CHECK(conversation.finish() == 3);
  CHECK(conversation.errors() ==
        "winnow: tiny.gguf: cannot be read any more: it became shorter while it was used, or its "
        "disk failed\n");
}

TEST_CASE("a model that is written to while it is used gives no further embedding") {
  TinyModel tiny;
  Conversation conversation(tiny, kEmbed);
  REQUIRE(conversation.ask("one").starts_with("["));
  const std::string path = tiny / "tiny.gguf";
  std::FILE* file = std::fopen(path.c_str(), "r+");
  REQUIRE(std::fputs("GGUF", file) >= 0);
  REQUIRE(std::fclose(file) == 0);
  // Where the clock of the file system stands still for some milliseconds.
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  CHECK(conversation.ask("two") == "");
  CHECK(conversation.finish() == 3);
  CHECK(conversation.errors() ==
        "winnow: tiny.gguf: changed while it was used: it was written to\n");
}

TEST_CASE("a new model under the name of the one in use changes nothing") {
  TinyModel tiny;
  const std::string expected = embed(tiny, "two\n").out;
  Conversation conversation(tiny, kEmbed);
  REQUIRE(conversation.ask("one").starts_with("["));
  REQUIRE(testing::winnow(
              tiny, {"model", "synth", "--shape", "tiny", "--seed", "5", "--out", "tiny.gguf"})
              .status == 0);
  CHECK(conversation.ask("two") + "\n" == expected);
  CHECK(conversation.finish() == 0);
}

TEST_CASE("a byte order mark is no part of the first text, and UTF-16 is refused") {
  TinyModel tiny;
  const std::string mark = "\xEF\xBB\xBF";
  const auto tokens = [&](const std::string& input) {
    return testing::winnow(tiny, {"tokenize", "--model", "tiny.gguf"}, input);
  };
  CHECK(tokens(mark + "bread\nriver\n").out == tokens("bread\nriver\n").out);
  CHECK(tokens(mark + "\n").out == "2 1\n");
  CHECK(tokens(mark).out == "");
  CHECK(tokens("\xEF\n").out == "2 477 429 427 1\n");  // the begin of a mark is none
  const std::string twice = tokens("bread\n" + mark + "bread\n").out;
  CHECK(twice != tokens("bread\nbread\n").out);  // in the middle it is a character
  CHECK(embed(tiny, mark + "bread\n").out == embed(tiny, "bread\n").out);
  for (const char* utf16 : {"\xFF\xFE", "\xFE\xFF"}) {
    const auto result = tokens(std::string(utf16) + "b");
    CHECK(result.status == 3);
    CHECK(result.err == "winnow: standard input: is UTF-16, expected UTF-8\n");
  }
}

TEST_CASE("a task puts the model card's prefix before each text, and none is the default") {
  TinyModel tiny;
  const std::pair<const char*, const char*> tasks[] = {
      {"query", "task: search result | query: "},
      {"document", "title: none | text: "},
      {"question", "task: question answering | query: "},
      {"fact", "task: fact checking | query: "},
      {"code", "task: code retrieval | query: "},
      {"classification", "task: classification | query: "},
      {"clustering", "task: clustering | query: "},
      {"similarity", "task: sentence similarity | query: "}};
  const std::string help = testing::winnow(tiny, {"embed", "--help"}).out;
  for (const auto& [task, prefix] : tasks) {
    INFO(task);
    const auto result = embed(tiny, "bread\n\n", {"--task", task});
    CHECK(result.status == 0);
    CHECK(result.out == embed(tiny, std::string(prefix) + "bread\n" + prefix + "\n").out);
    CHECK(result.out != embed(tiny, "bread\n\n").out);
    CHECK(help.find(std::string("'") + prefix + "'") != std::string::npos);
  }
  const auto wrong = embed(tiny, "bread\n", {"--task", "no-such"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err ==
        "winnow: --task: no-such is none of query, document, question, fact, code, "
        "classification, clustering, similarity\n");
}

TEST_CASE("a text without an embedding is told by its line, and nothing of its batch is printed") {
  TinyModel tiny;
  // The row of the token that is the whole text "bread" becomes zeros: 68 bytes of Q8_0.
  const std::string tokens =
      testing::winnow(tiny, {"tokenize", "--model", "tiny.gguf"}, "bread\n").out;
  const size_t token = std::stoul(tokens.substr(2));
  std::string model = base::read_file(tiny / "tiny.gguf");
  const auto info = testing::winnow(tiny, {"model", "info", "tiny.gguf"});
  REQUIRE(info.out.find("token_embd.weight") != std::string::npos);
  // The table is the first tensor: it begins where all that follows it, and itself, ends the file.
  size_t data_bytes = 0;
  std::istringstream listing(info.out);
  for (std::string line; std::getline(listing, line);)
    if (const size_t at = line.find(" bytes  ["); at != std::string::npos) {
      const size_t size = std::stoul(line.substr(line.rfind(' ', at - 1)));
      data_bytes += (size + 31) / 32 * 32;
    }
  model.replace(model.size() - data_bytes + token * 68, 68, 68, '\0');
  base::write_file(tiny / "tiny.gguf", model);
  const auto result = embed(tiny, "a river\n\nbread and stone\n");
  INFO(result.err);
  CHECK(result.status == 3);
  CHECK(result.out.empty());
  CHECK(result.err.find("winnow: standard input, line 3: has the token " + std::to_string(token)) !=
        std::string::npos);
}

TEST_CASE("model check prints a checksum for the file and each tensor, and finds damage") {
  TinyModel tiny;
  const auto sound = testing::winnow(tiny, {"model", "check", "tiny.gguf"});
  CHECK(sound.status == 0);
  CHECK(sound.err.empty());
  CHECK(sound.out.starts_with(profiles::file_sha256(tiny / "tiny.gguf") + "  the whole file, "));
  CHECK(std::count(sound.out.begin(), sound.out.end(), '\n') == 1 + 28 + 1);
  CHECK(sound.out.find("no damage found; the engine runs it as synthetic embeddinggemma-tiny") !=
        std::string::npos);

  std::string model = base::read_file(tiny / "tiny.gguf");
  const std::string last(model.end() - 256, model.end());  // 64 floats: blk.1.post_ffw_norm
  CHECK(sound.out.find(profiles::sha256(last) + "  blk.1.post_ffw_norm.weight") !=
        std::string::npos);
  model.replace(model.size() - 256, 256, 256, '\0');
  base::write_file(tiny / "damaged.gguf", model);
  const auto damaged = testing::winnow(tiny, {"model", "check", "damaged.gguf"});
  CHECK(damaged.status == 3);
  CHECK(damaged.out.find("[64]  damaged: all its weights are zero\n") != std::string::npos);
  CHECK(damaged.err ==
        "winnow: damaged.gguf: tensor blk.1.post_ffw_norm.weight is damaged: all its weights are "
        "zero\n");
  const auto used = testing::winnow(tiny, {"embed", "--model", "damaged.gguf"}, "bread\n");
  CHECK(used.status == 3);
  CHECK(used.out.empty());
  CHECK(used.err == damaged.err);
}

TEST_CASE("model info tells that the engine converts other types than q8_0") {
  TinyModel tiny;
  const std::string told = "The engine converts matrices to q8_0 when it loads them";
  const auto sound = testing::winnow(tiny, {"model", "info", "tiny.gguf"});
  CHECK(sound.out.find(told) == std::string::npos);
  std::string model = base::read_file(tiny / "tiny.gguf");
  const std::string name = "blk.1.ffn_down.weight";
  const size_t type = model.find(name) + name.size() + 4 + 2 * 8;  // behind the two dimensions
  REQUIRE(model.at(type) == 8);
  model.at(type) = 2;  // q4_0, which needs fewer bytes
  base::write_file(tiny / "other.gguf", model);
  const auto other = testing::winnow(tiny, {"model", "info", "other.gguf"});
  INFO(other.err);
  CHECK(other.status == 0);
  CHECK(other.out.find(told) != std::string::npos);
}
