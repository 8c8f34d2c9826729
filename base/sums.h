#pragma once

#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

// Arithmetic on whole numbers out of files, which may hold anything: a result beyond the type is
// the type's greatest or least number. (In C++ it would be undefined, or negative counts.)
namespace winnow::base {

template <std::integral T>
constexpr T added(T a, std::type_identity_t<T> b) {
  T sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return std::cmp_less(b, 0) ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
}

template <std::integral T>
constexpr T subtracted(T a, std::type_identity_t<T> b) {
  T difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return std::cmp_less(b, 0) ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
}

// Adds to a sum in place.
template <std::integral T>
constexpr void add_to(T& sum, std::type_identity_t<T> more) {
  sum = added(sum, more);
}

}  // namespace winnow::base
