# Failing memory and lost power.
add_executable(torture torture.c scenarios.c allocator.c)
target_include_directories(torture PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(torture PRIVATE inforouter ir_warnings ${CMAKE_DL_LIBS})
# Its malloc() is to be found by the libraries.
set_target_properties(torture PROPERTIES
    ENABLE_EXPORTS ON C_VISIBILITY_PRESET default)
