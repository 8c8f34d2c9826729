#include <fmt/format.h>

#include "pch/standard.h"
