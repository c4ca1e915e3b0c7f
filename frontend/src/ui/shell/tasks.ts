import type { Task } from "@/api/types";

export const TASKS = ["get", "/api/v1/tasks"] as const;
export const isRunning = (task: Task): boolean => task.state === "running" || task.state === "queued" || task.state === "cancelling";
