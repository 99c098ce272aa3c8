/* Downloads one document, verified: download URL USER REMOTE FILE
 * The password is read from the standard input. */
#include <inforouter.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    struct ir_client *c = NULL;
    struct ir_error why;
    char password[256] = "";

    if (argc != 5 || fgets(password, sizeof password, stdin) == NULL)
        return 2;
    password[strcspn(password, "\n")] = '\0';
    if (ir_client_new(argv[1], NULL, &c, &why) == IR_OK) {
        if (ir_login(c, argv[2], password) == IR_OK)
            ir_download_file(c, argv[3], argv[4], NULL, NULL);
        why = *ir_client_error(c);
        ir_logout(c);
        ir_client_free(c);
    }
    if (why.status != IR_OK)
        fprintf(stderr, "%s: %s\n", ir_status_name(why.status), why.message);
    return why.status != IR_OK;
}
