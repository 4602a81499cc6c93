// Records of 32 bytes, filled up with zeros: `records server ADDRESS [FAULT]` answers each in
// capital letters, `records client ADDRESS [FAULT]` sends each line and prints the answer.

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECORD = 32 };
static const char *fault = "";

static int has(const char *name) { return strcmp(fault, name) == 0; }

// Reads a record. Returns how much of it has come.
static int read_record(int sock, char *record) {
    int count = 0;
    while (count < RECORD) {
        ssize_t n = recv(sock, record + count, (size_t)(RECORD - count), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        count += (int)n;
        if (has("short-read")) return RECORD;
    }
    return count;
}

static void send_all(int sock, const char *record) {
    for (int sent = 0; sent < RECORD;) {
        ssize_t n = send(sock, record + sent, (size_t)(RECORD - sent), MSG_NOSIGNAL);
        if (n < 0) return;
        sent += (int)n;
    }
}

static void serve(int sock) {
    char record[RECORD] = "", answer[RECORD] = "";
    while (read_record(sock, record) == RECORD) {
        if (!has("stale-bytes")) memset(answer, 0, RECORD);
        for (int i = 0; i < RECORD && record[i]; i++) answer[i] = (char)toupper((unsigned char)record[i]);
        send_all(sock, answer);
    }
    close(sock);
    _exit(0);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    if (argc > 3) fault = argv[3];
    char *colon = strrchr(argv[2], ':');
    *colon = 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, argv[2], &address.sin_addr);
    int sock = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (strcmp(argv[1], "server") == 0) {
        signal(SIGCHLD, SIG_IGN);
        setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(sock, (struct sockaddr *)&address, sizeof address) < 0 || listen(sock, 64) < 0) {
            perror("cannot listen");
            return 1;
        }
        for (;;) {
            int conn = accept(sock, NULL, NULL);
            if (conn < 0) continue;
            if (fork() == 0) {
                close(sock);
                serve(conn);
            }
            close(conn);
        }
    }
    if (connect(sock, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("cannot connect");
        return 1;
    }
    char line[1024], record[RECORD] = "", answer[RECORD + 1] = "";
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!has("stale-bytes")) memset(record, 0, RECORD);
        memcpy(record, line, strnlen(line, RECORD - 1));
        send_all(sock, record);
        if (read_record(sock, answer) < RECORD) {
            fprintf(stderr, "the server went away\n");
            return 1;
        }
        printf("%s\n", answer);
        fflush(stdout);
    }
    return 0;
}
