# What is checked about the tree and the libraries themselves.
foreach(name gen layers readme)
    add_test(NAME check-${name}
        COMMAND ${PROJECT_SOURCE_DIR}/scripts/check-${name})
    set_tests_properties(check-${name} PROPERTIES LABELS plain)
endforeach()
add_test(NAME check-symbols COMMAND
    ${PROJECT_SOURCE_DIR}/scripts/check-symbols ${PROJECT_BINARY_DIR})
set_tests_properties(check-symbols PROPERTIES LABELS plain)
add_test(NAME check-install COMMAND
    ${PROJECT_SOURCE_DIR}/scripts/check-install ${PROJECT_BINARY_DIR})
set_tests_properties(check-install PROPERTIES LABELS plain)

# The public header alone, as C11 and as C++20.
set(strict -fsyntax-only -Wall -Wextra -Wpedantic -Werror
    -I${PROJECT_SOURCE_DIR}/include)
set(header ${CMAKE_CURRENT_LIST_DIR}/header/header.c)
add_test(NAME header-c COMMAND ${CMAKE_C_COMPILER} -std=c11 ${strict} ${header})
add_test(NAME header-cxx COMMAND clang++ -x c++ -std=c++20 ${strict} ${header})
