#include <cstdlib>
#include <iostream>
#include <limits>
#include <string_view>
#include <thread>

// Makes the mistake that it is told: what a sanitizer must end with a failure. Without one, or with
// one that only says so, it ends well, and the test that wants a failure fails.

namespace {

int used_after_free() {
  const int* volatile value = new int(1);
  delete value;
  return *value;
}

int leaked() {
  static int* volatile value = new int(1);
  const int said = *value;
  value = nullptr;
  return said;
}

int signed_overflow() {
  volatile int value = std::numeric_limits<int>::max();
  value = value + 1;
  return value;
}

int race() {
  int value = 0;
  std::thread other([&] { ++value; });
  ++value;
  other.join();
  return value;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view mistake = count == 2 ? arguments[1] : "";
  int value = 0;
  if (mistake == "used_after_free") value = used_after_free();
  if (mistake == "leaked") value = leaked();
  if (mistake == "signed_overflow") value = signed_overflow();
  if (mistake == "race") value = race();
  std::cout << mistake << ": " << value << "\n";
  return 0;
}
