#pragma once

// Which sanitizer this code is compiled for, each 0 or 1. g++ defines a macro, clang has a
// question.

#if defined(__SANITIZE_ADDRESS__)
#define WINNOW_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WINNOW_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef WINNOW_ADDRESS_SANITIZER
#define WINNOW_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__)
#define WINNOW_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WINNOW_THREAD_SANITIZER 1
#endif
#endif
#ifndef WINNOW_THREAD_SANITIZER
#define WINNOW_THREAD_SANITIZER 0
#endif
