#pragma once

#include <concepts>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace winnow::profiles {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

}  // namespace winnow::profiles
