#include <filesystem>

#include "pch/standard.h"
#include "tests/catch.h"
