#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

// Processes of a group that still run; zombies do not, whoever is to reap them.
inline int running_in_group(pid_t group) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    const size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(line.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0, its_group = 0;
    fields >> state >> parent >> its_group;
    count += its_group == group && state != 'Z' && state != 'X';
  }
  return count;
}

// The same, once those that were killed have had time to end.
inline int left_in_group(pid_t group) {
  for (int i = 0; i < 100 && running_in_group(group) > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return running_in_group(group);
}
