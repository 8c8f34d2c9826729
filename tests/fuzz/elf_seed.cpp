// A small library with call frame information, symbols and debugging information: a seed.
namespace seed {

struct Counter {
  int value = 0;
  __attribute__((noinline)) int add(int more) { return value += more; }
};

inline int twice(int value) { return value * 2; }

}  // namespace seed

extern "C" int seed_sum(int count) {
  seed::Counter counter;
  for (int i = 0; i < count; ++i) counter.add(seed::twice(i));
  return counter.value;
}
