#include "reports/plots/frame_meaning.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace winnow::reports {

using profiles::Frame;

namespace {

constexpr std::string_view kThreadStarts[] = {"clone",          "clone3",
                                              "start_thread",   "execute_native_thread_routine",
                                              "runtime.goexit", "runtime.goexit.abi0"};

constexpr std::string_view kEntries[] = {"_start", "__libc_start_main", "__libc_start_call_main",
                                         "__libc_start_main_impl", "operator()"};

// What runs a thread's function or calls what a variable holds; some stand without their namespace
// and with templates' arguments, where a frame's name comes from debugging information.
constexpr std::string_view kCallers[] = {"std::thread::_State_impl::",
                                         "std::thread::_Invoker::",
                                         "std::__thread_proxy",
                                         "std::function::",
                                         "std::move_only_function::",
                                         "std::__function::",
                                         "std::_Function_handler::",
                                         "std::_Function_base::",
                                         "std::_Bind",
                                         "std::_Mem_fn",
                                         "std::reference_wrapper::operator()",
                                         "std::packaged_task::",
                                         "std::__future_base::",
                                         "std::invoke",
                                         "std::__invoke",
                                         "__invoke",
                                         "operator()<",
                                         "_M_run",
                                         "_M_invoke",
                                         "boost::detail::thread_data"};

// Of Rust, anywhere in a name.
constexpr std::string_view kRustCallers[] = {"core::ops::function::Fn",
                                             "::call_once",
                                             "__rust_begin_short_backtrace",
                                             "std::panicking::",
                                             "std::panic::catch",
                                             "std::rt::lang_start",
                                             "std::thread::Builder::spawn_unchecked"};

// Classes that hold something to call, by libraries' usual names.
constexpr std::string_view kCallables[] = {
    "function",      "function_ref",    "function_view",    "unique_function", "move_only_function",
    "any_invocable", "inline_function", "inplace_function", "small_function",  "callable",
    "delegate",      "Function",        "FunctionRef",      "FunctionView",    "UniqueFunction",
    "AnyInvocable",  "Callable",        "Delegate"};

bool is_one_of(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_file(std::string_view name) { return name.starts_with("[") && name.ends_with("]"); }

// The call operator of such a class, or the closure of its constructor that knows the type.
bool calls_held(std::string_view name) {
  for (size_t begin = 0, end; (end = name.find("::", begin)) != std::string_view::npos;
       begin = end + 2) {
    const std::string_view type = name.substr(begin, end - begin);
    if (!is_one_of(kCallables, type)) continue;
    std::string_view member = name.substr(end + 2);
    if (member.starts_with("operator()")) return true;
    if (!member.starts_with(type)) continue;
    member.remove_prefix(type.size());
    if (member.starts_with("::{lambda")) return true;
  }
  return false;
}

bool is_plumbing(const std::string& function) {
  std::string_view name = function;
  std::string plain;
  if (name.starts_with("std::__1::")) name = plain = "std::" + function.substr(10);
  return is_file(name) || is_one_of(kThreadStarts, name) || is_one_of(kEntries, name) ||
         std::ranges::any_of(kCallers, [&](auto first) { return name.starts_with(first); }) ||
         std::ranges::any_of(kRustCallers,
                             [&](auto part) { return name.find(part) != name.npos; }) ||
         calls_held(name);
}

// Go: "main.work.func1", "main.work.func1.2".
size_t go_closure(std::string_view name) {
  constexpr std::string_view kFunc = ".func";
  const size_t at = name.rfind(kFunc);
  if (at == name.npos) return name.size();
  const std::string_view rest = name.substr(at + kFunc.size());
  const bool numbered =
      !rest.empty() && rest.front() != '.' && rest.find_first_not_of("0123456789.") == rest.npos;
  return numbered ? name.find(kFunc) : name.size();
}

size_t closure_of(std::string_view name) {
  size_t end = go_closure(name);
  for (const std::string_view mark :
       {"::{lambda", "::{closure", "::{{closure", "::$_", "::'lambda", "._omp_fn", ".omp_outlined"})
    end = std::min(end, name.find(mark));
  return end;
}

}  // namespace

FrameMeaning meaning_of(const Frame& frame) {
  if (is_plumbing(frame.function)) return FrameMeaning::kPlumbing;
  if (frame.category == "scheduler") return FrameMeaning::kScheduler;
  if (frame.category == "memory" || frame.category == "kernel") return FrameMeaning::kSystem;
  return FrameMeaning::kWork;
}

std::string meaningful_name(const std::string& function) {
  const std::string name = function.substr(0, closure_of(function));
  // A mark inside of templates' arguments is no closure of this function.
  const bool whole = std::ranges::count(name, '<') == std::ranges::count(name, '>');
  return name.empty() || !whole ? function : name;
}

bool starts_thread(const Frame& root) {
  return root.category == "scheduler" || is_one_of(kThreadStarts, root.function);
}

}  // namespace winnow::reports
