// Calls a lambda as a reference to a function does: by a lambda without captures, which is a
// function of its own, although what it stands in is inlined.
namespace known {

[[gnu::noinline]] void* return_address_of_lambda() { return __builtin_return_address(0); }
volatile int sink_of_lambda;

template <class Body>
[[gnu::always_inline]] inline void* call_by_pointer(Body body) {
  void* (*volatile call)(void*) = [](void* pointer) { return (*static_cast<Body*>(pointer))(); };
  return call(&body);
}

constexpr int line_of_lambda = __LINE__ + 2;
[[gnu::noinline]] void* by_lambda() {
  return call_by_pointer([]() __attribute__((always_inline)) {
    void* const address = return_address_of_lambda();
    sink_of_lambda = sink_of_lambda + 1;  // else the call would be a jump
    return address;
  });
}

}  // namespace known

extern "C" {
extern const int lambda_line;
const int lambda_line = known::line_of_lambda;
void* call_lambda() { return known::by_lambda(); }
}
