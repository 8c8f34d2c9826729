#pragma once

// Catch2 v3 where it is installed, else the single header of v2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
// Without a try block for each assertion, which is a quarter of a test's compile time: an exception
// that a CHECK did not expect ends its test case.
#define CATCH_CONFIG_FAST_COMPILE
#include <catch2/catch.hpp>
#endif
