#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "pch/standard.h"
#include "profiles/recording/recording.h"
