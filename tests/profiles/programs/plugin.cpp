// Loaded by harmless.cpp: it allocates while it is loaded and while it is unloaded.
#include <pthread.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

struct Page {
  alignas(128) char bytes[256];
};

char* volatile g_text = new char[100];
Page* volatile g_page = new Page;
void* volatile g_block = nullptr;

// It may take no lock of the dynamic linker, which the loading thread holds.
void* work(void*) {
  sched_yield();
  return malloc(10);
}

__attribute__((constructor)) void load() {
  g_block = realloc(malloc(10), 10'000);
  pthread_t thread;
  void* block = nullptr;
  if (pthread_create(&thread, nullptr, work, nullptr) != 0) abort();
  pthread_join(thread, &block);
  free(block);
}

__attribute__((destructor)) void unload() {
  delete[] g_text;
  delete g_page;
  free(g_block);
  puts("unloaded");
}

}  // namespace

extern "C" int plugin_throws() try {
  char* volatile too_much = static_cast<char*>(operator new (size_t{1} << 62));
  return too_much != nullptr;
} catch (const std::bad_alloc&) {
  return 2;
}
